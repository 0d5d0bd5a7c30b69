import type { Role } from '../../../kernel/actor.ts';
import { ROLES } from '../../../kernel/actor.ts';
import { emailKeyOf } from '../identity.policy.ts';
import type { AccountRow } from '../identity.tables.ts';
import type { Destination, ProviderRow } from './federation.tables.ts';

/** What a provider says about a person: the claims of a token or the data of a webhook, not yet interpreted. */
export type Claims = Readonly<Record<string, unknown>>;

/** Members of a list claim that are looked at. */
const MAX_VALUES = 500;
const MAX_SUBJECT = 255;

/** The member at a path; own members only, so that `__proto__` and `constructor` are nothing. */
export function claimAt(claims: Claims, path: readonly string[]): unknown {
  let value: unknown = claims;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Reflect.get(value, name);
  }
  return value;
}

/** The words of a claim: a string, or a list of strings. Undefined where the claim is not there at all. */
export function valuesAt(claims: Claims, path: readonly string[]): readonly string[] | undefined {
  const value = claimAt(claims, path);
  if (value === undefined || value === null) return undefined;
  const list: readonly unknown[] = Array.isArray(value) ? value.slice(0, MAX_VALUES) : [value];
  return list.filter((item) => typeof item === 'string');
}

/**
 * The role that the claims give; the highest where several match, the default where none does, null where they give none.
 * Undefined: the claims say nothing about it, because the provider maps no roles or the claim is missing in a webhook.
 */
export function roleOf(
  provider: Pick<ProviderRow, 'role_claim' | 'roles' | 'default_role'>,
  claims: Claims,
): Role | null | undefined {
  if (provider.role_claim === null) return undefined;
  const values = valuesAt(claims, provider.role_claim);
  if (values === undefined) return undefined;
  const given = new Set(
    values.filter((value) => Object.hasOwn(provider.roles, value)).map((value) => provider.roles[value]),
  );
  return ROLES.find((role) => given.has(role)) ?? provider.default_role;
}

/** The organizations that the claims lead to, each once. Undefined: they are from claims, and the claim is missing. */
export function organizationsIn(
  provider: Pick<ProviderRow, 'organization_claim'>,
  destinations: readonly Destination[],
  claims: Claims,
): readonly string[] | undefined {
  const values = provider.organization_claim === null ? [] : valuesAt(claims, provider.organization_claim);
  const matching = destinations.filter(
    ({ claimValue }) => claimValue === null || values?.includes(claimValue) === true,
  );
  if (values === undefined && matching.length === 0) return undefined;
  return [...new Set(matching.map(({ organizationId }) => organizationId))];
}

/** What we take from claims about the person. */
export interface Profile {
  readonly subject: string;
  /** Null where there is none or where it cannot be an address. */
  readonly email: { readonly address: string; readonly key: string; readonly verified: boolean } | null;
  readonly name: string | null;
}

/** Undefined where there is no usable subject. */
export function profileOf(provider: Pick<ProviderRow, 'trust_email'>, claims: Claims): Profile | undefined {
  const { sub, email, email_verified: verified } = claims;
  if (!isSubject(sub)) return undefined;
  const key = typeof email === 'string' ? emailKeyOf(email) : undefined;
  return {
    subject: sub,
    email:
      typeof email !== 'string' || key === undefined
        ? null
        : // Some providers send the word instead of the boolean.
          {
            address: email.trim(),
            key,
            verified: provider.trust_email || verified === true || verified === 'true',
          },
    name: nameOf(claims),
  };
}

export function isSubject(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= MAX_SUBJECT &&
    value.isWellFormed() &&
    !value.includes('\0')
  );
}

const MAX_NAME = 200;

function nameOf(claims: Claims): string | null {
  const { name, given_name: given, family_name: family, preferred_username: username } = claims;
  const parts = [given, family].filter((part) => typeof part === 'string').join(' ');
  for (const candidate of [name, parts, username]) {
    if (typeof candidate !== 'string' || !candidate.isWellFormed()) continue;
    const clean = candidate.replace(/\p{Cc}+/gu, ' ').trim();
    if (clean !== '') return [...clean].slice(0, MAX_NAME).join('');
  }
  return null;
}

/** Whether an address is in one of the provider's domains; an empty list lets all in. Subdomains are other domains. */
export function domainAllowed(provider: Pick<ProviderRow, 'email_domains'>, emailKey: string): boolean {
  const domain = emailKey.slice(emailKey.lastIndexOf('@') + 1);
  return provider.email_domains.length === 0 || provider.email_domains.includes(domain);
}

/**
 * Whether an address that the provider calls verified counts as verified here too: where operators have said for which
 * domains it speaks. Others may say “verified” about anybody's address, and an invitation to that address would let them in.
 */
export function provesAddress(provider: Pick<ProviderRow, 'email_domains'>, emailKey: string): boolean {
  return provider.email_domains.length > 0 && domainAllowed(provider, emailKey);
}

/**
 * Whether an account with the same address may be joined to an identity without asking its person. The provider has
 * verified the address; but somebody may have registered here with an address that is not theirs, and wait for its owner
 * to come and share the account with them. And a second factor is not left out by a side door.
 */
export function mayLink(
  provider: Pick<ProviderRow, 'link_verified_email'>,
  account: Pick<AccountRow, 'password_hash' | 'email_verified_at' | 'second_factor_at'>,
): boolean {
  if (!provider.link_verified_email || account.second_factor_at !== null) return false;
  return account.email_verified_at !== null || account.password_hash === null;
}

/**
 * Methods (RFC 8176, 2) that a password alone does not give: several factors or channels, or the possession of something. What
 * only says that somebody was there (`user`, `pwd`, `pin`, `kba`) or how risky it looked (`geo`, `rba`) is not among them.
 */
const SECOND_FACTORS: ReadonlySet<string> = new Set([
  ...['mfa', 'mca', 'otp', 'hwk', 'swk', 'sc', 'sms', 'tel'],
]);

/** Whether the person has shown a second factor at the provider. `claims`: of a signed token; nothing else may say this. */
export function showsSecondFactor(
  provider: Pick<ProviderRow, 'trust_second_factor' | 'second_factor_acr'>,
  claims: Claims,
): boolean {
  if (provider.trust_second_factor) return true;
  const { amr, acr } = claims;
  if (typeof acr === 'string' && provider.second_factor_acr.includes(acr)) return true;
  return Array.isArray(amr) && amr.slice(0, MAX_VALUES).some((method) => SECOND_FACTORS.has(method));
}

/** Where a sign-in leads back to: a path of ours, or the start page. Never another origin, however it is spelt. */
export function safeReturnTo(returnTo: string | undefined, publicUrl: string): string {
  if (returnTo === undefined || !/^\/(?![/\\])[\x21-\x7e]*$/.test(returnTo) || returnTo.includes('\\'))
    return '/';
  const base = new URL(publicUrl);
  const target = new URL(returnTo, base);
  const own = target.origin === base.origin && !/^\/(\/|api\/)/.test(target.pathname);
  return own ? `${target.pathname}${target.search}${target.hash}` : '/';
}
