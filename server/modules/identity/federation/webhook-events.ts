import type { Static } from 'typebox';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { err, ok, type Result } from '../../../kernel/result.ts';
import { type Claims, isSubject } from './federation.policy.ts';
import type { WebhookFormat } from './federation.tables.ts';

/** What happened to a person at their provider. */
export interface UserEvent {
  readonly kind: 'created' | 'updated' | 'deleted';
  readonly subject: string;
  /** When it happened, by the provider's clock; deliveries come in any order. Milliseconds since 1970. */
  readonly at: number;
  /** The person, in the names of OpenID Connect and besides as the provider sent them. */
  readonly claims: Claims;
}

export interface WebhookContent {
  /** Of the message, where the body holds it (CloudEvents). */
  readonly id: string | undefined;
  /** Null: about something else. */
  readonly event: UserEvent | null;
}

/** Milliseconds by which an event may lie ahead: one from far ahead would make all later ones look old. */
const AHEAD = 300_000;

const Data = Type.Record(Type.String(), Type.Unknown());

/** Standard Webhooks, “Payload structure”; Clerk's `timestamp` is a number of milliseconds. */
const StandardBody = Type.Object({
  type: Type.String(),
  timestamp: Type.Optional(Type.Union([Type.String(), Type.Number()])),
  data: Data,
});

/** CloudEvents 1.0, as Auth0 sends them. */
const Auth0Body = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 255 }),
  type: Type.String(),
  time: Type.String(),
  data: Type.Object({ object: Data }),
});

/**
 * Reads a message's body. `sentAt` and `now` in milliseconds: the former stands in where the body does not say when something happened.
 * The error is a sentence.
 */
export function readWebhook(
  format: WebhookFormat,
  body: unknown,
  times: { readonly sentAt: number; readonly now: number },
): Result<WebhookContent, string> {
  const read = format === 'auth0' ? readAuth0(body) : readStandard(body, times.sentAt);
  if (!read.ok || read.value.event === null) return read;
  const { subject, at } = read.value.event;
  if (!isSubject(subject)) return err('The message does not say whom it is about.');
  if (Number.isNaN(at)) return err('The message does not say when it happened.');
  if (at > times.now + AHEAD) return err('The message is about the future.');
  return read;
}

function readStandard(body: unknown, sentAt: number): Result<WebhookContent, string> {
  if (!Value.Check(StandardBody, body)) return err('The message has no type and no data.');
  const kind = kindOf(body.type);
  if (kind === undefined) return ok({ id: undefined, event: null });
  const { data } = body;
  const at = timeOf(body.timestamp ?? data.updated_at) ?? sentAt;
  const subject = String(data.id ?? data.sub ?? '');
  return ok({ id: undefined, event: { kind, subject, at, claims: claimsOf(data, subject) } });
}

function readAuth0(body: unknown): Result<WebhookContent, string> {
  if (!Value.Check(Auth0Body, body)) return err('The message is no CloudEvent with an object.');
  const kind = kindOf(body.type.replace(/^com\.auth0\./, ''));
  if (kind === undefined) return ok({ id: body.id, event: null });
  const data = body.data.object;
  const subject = String(data.user_id ?? '');
  const at = timeOf(body.time) ?? Number.NaN;
  return ok({ id: body.id, event: { kind, subject, at, claims: { ...data, sub: subject } } });
}

function kindOf(type: string): UserEvent['kind'] | undefined {
  const [area, what] = type.split('.');
  const known = (['created', 'updated', 'deleted'] as const).find((kind) => kind === what);
  return area === 'user' && type === `user.${what}` ? known : undefined;
}

/** Milliseconds since 1970, from those or from RFC 3339. */
function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : Number.NaN;
  return typeof value === 'string' ? Date.parse(value) : undefined;
}

const ClerkEmail = Type.Object({
  id: Type.Optional(Type.String()),
  email_address: Type.String(),
  verification: Type.Optional(
    Type.Union([Type.Object({ status: Type.Optional(Type.String()) }), Type.Null()]),
  ),
});

/** The person's claims; where the data is a Clerk user, its parts under their OpenID Connect names. */
function claimsOf(data: Static<typeof Data>, subject: string): Claims {
  if (!Array.isArray(data.email_addresses)) return { ...data, sub: subject };
  const addresses = data.email_addresses.filter((one) => Value.Check(ClerkEmail, one));
  const primary = addresses.find((one) => one.id !== undefined && one.id === data.primary_email_address_id);
  const name = [data.first_name, data.last_name]
    .filter((part) => typeof part === 'string' && part !== '')
    .join(' ');
  return {
    ...data,
    sub: subject,
    email: primary?.email_address,
    email_verified: primary?.verification?.status === 'verified',
    ...(name === '' ? {} : { name }),
    preferred_username: data.username,
  };
}
