import type { Actor } from '../../kernel/actor.ts';
import { invalidField, notAllowed } from './identity.errors.ts';

/** Characters (code points). */
const MAX_NAME = 200;
const MAX_EMAIL = 254;

const EMAIL = /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u;
const CONTROL = /\p{Cc}/u;

/** The product itself at start-up, or whoever runs the instance. Throws `identity.not_allowed`. */
export function requireInstance(actor: Actor): void {
  const instance = actor.kind === 'system' && actor.organizationId === null;
  if (!instance && actor.kind !== 'operator') throw notAllowed();
}

/** What two spellings of one address share: NFKC, lower case. Undefined for what cannot be an address. */
export function emailKeyOf(email: string): string | undefined {
  const key = email.trim().normalize('NFKC').toLowerCase();
  return key.length <= MAX_EMAIL && EMAIL.test(key) && key.isWellFormed() ? key : undefined;
}

/** Throws `identity.invalid_account`. */
export function checkEmail(email: string): { readonly email: string; readonly emailKey: string } {
  const emailKey = emailKeyOf(email);
  if (emailKey === undefined) throw invalidField('/email', 'This is not an e-mail address.');
  return { email: email.trim(), emailKey };
}

/** A name without blank ends. Throws `identity.invalid_account`. */
export function checkName(path: string, name: string): string {
  const trimmed = name.trim();
  const length = [...trimmed].length;
  if (length === 0 || length > MAX_NAME || CONTROL.test(trimmed) || !trimmed.isWellFormed()) {
    throw invalidField(path, `A name has 1 to ${MAX_NAME} characters and no control characters.`);
  }
  return trimmed;
}

/** The organization that somebody gets who names none. */
export function defaultOrganizationName(userName: string): string {
  const suffix = '’s organization';
  return `${[...userName].slice(0, MAX_NAME - suffix.length).join('')}${suffix}`;
}

/** Characters that are enough to tell a browser by. */
const USER_AGENT_LENGTH = 400;

/** What is kept of the header `User-Agent`, in which anybody can write anything. */
export function keptUserAgent(userAgent: string | undefined): string | null {
  if (userAgent === undefined) return null;
  return [...userAgent.replaceAll(/\p{Cc}/gu, '').toWellFormed()].slice(0, USER_AGENT_LENGTH).join('');
}
