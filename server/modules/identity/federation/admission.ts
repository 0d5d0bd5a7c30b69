import type { Actor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { AppError } from '../../../kernel/errors.ts';
import type { IdSource } from '../../../kernel/ids.ts';
import { err, ok, type Result } from '../../../kernel/result.ts';
import type { AuditTrail } from '../../../platform/audit/port.ts';
import type { Tx } from '../../../platform/db/index.ts';
import type { Mail } from '../../../platform/mail/index.ts';
import { providerLinkedMail } from '../email/email.messages.ts';
import { findAccountByEmail, findUser, insertUser, isEmailTaken } from '../identity.repository.ts';
import type { AccountRow, UserRow } from '../identity.tables.ts';
import { type SignInFailure, signInFailure } from './federation.errors.ts';
import {
  type Claims,
  domainAllowed,
  mayLink,
  organizationsIn,
  type Profile,
  profileOf,
  provesAddress,
  roleOf,
} from './federation.policy.ts';
import type { IdentityRow, ProviderRow } from './federation.tables.ts';
import {
  findIdentity,
  insertIdentity,
  isOperator,
  markEmailVerified,
  updateIdentityEmail,
} from './identities.repository.ts';
import type { Memberships } from './memberships.ts';
import { destinationsOf } from './providers.repository.ts';
import { outOfReach, wayBy } from './sso.repository.ts';
import { findSubject, lockSubject } from './subjects.repository.ts';

/** What a provider has said about a person, its signature checked. */
export interface Vouched {
  readonly provider: ProviderRow;
  readonly claims: Claims;
  /** When it said so; what is older than a deletion counts no more. Milliseconds since 1970. */
  readonly at: number;
  /** Whether a claim that is missing means “none” (a sign-in), or only that this message is silent about it. */
  readonly complete: boolean;
}

export interface Admitted {
  readonly user: UserRow;
  readonly identity: IdentityRow;
  /** Where this word of the provider leads, and the person belongs now. May be empty for somebody who belongs elsewhere. */
  readonly organizationIds: readonly string[];
}

/** A refusal is an answer and not thrown, so that what it has taken away stays taken away. */
export type Admission = Result<Admitted, AppError>;

export interface AdmissionDependencies {
  readonly audit: AuditTrail;
  readonly mail: Mail;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly memberships: Memberships;
  /** Where people reach the server, without a slash at the end. */
  readonly publicUrl: string;
}

/** `asUserId`: somebody who is signed in, and whose identity this becomes. */
export type Admit = (tx: Tx, actor: Actor, vouched: Vouched, asUserId?: string) => Promise<Admission>;

/**
 * Turns what a provider says into a person of ours: known by (issuer, subject), or joined to an account with the same address
 * where both sides have verified it, or new where the provider may make accounts. Then their memberships follow.
 */
export function createAdmission(dependencies: AdmissionDependencies): Admit {
  const { audit, mail, clock, ids, memberships, publicUrl } = dependencies;
  return async (tx, actor, vouched, asUserId) => {
    const { provider, claims, at, complete } = vouched;
    const profile = profileOf(provider, claims);
    if (!profile) return refused('federation.answer_not_valid');
    await lockSubject(tx, provider.issuer, profile.subject);
    const subject = await findSubject(tx, provider.id, profile.subject);
    if (subject?.deleted_at && at <= Date.parse(subject.deleted_at)) return refused('federation.no_access');

    const destinations = (await destinationsOf(tx, [provider.id])).get(provider.id) ?? [];
    const organizationIds = organizationsIn(provider, destinations, claims) ?? (complete ? [] : undefined);
    const role =
      roleOf(provider, claims) ??
      (complete && provider.role_claim !== null ? provider.default_role : undefined);
    const known = await findIdentity(tx, provider.issuer, profile.subject);
    if (provider.email_domains.length > 0 && (complete || !known)) {
      if (!profile.email || !domainAllowed(provider, profile.email.key))
        return refused('federation.domain_not_allowed');
    }
    const welcome = organizationIds !== undefined && organizationIds.length > 0 && role !== null;
    if (known && asUserId !== undefined && known.user_id !== asUserId)
      return refused('federation.linked_to_another');
    const own = known ?? (asUserId && (await join(tx, actor, provider, asUserId, profile)));
    const found = own
      ? await recognise(tx, provider, own, profile)
      : await meet(tx, actor, provider, profile, { welcome, organizationIds: organizationIds ?? [] });
    if (!found.ok) return found;
    const { user, identity } = found.value;
    const joined = await memberships.follow(tx, actor, {
      provider,
      user,
      organizationIds,
      role,
    });
    return ok({ user, identity, organizationIds: joined });
  };

  async function recognise(
    tx: Tx,
    provider: ProviderRow,
    identity: IdentityRow,
    { email }: Profile,
  ): Promise<Result<Omit<Admitted, 'organizationIds'>, AppError>> {
    const user = await findUser(tx, identity.user_id);
    if (!user) return refused('federation.account_required');
    const at = clock().toISOString();
    if (email && email.address !== identity.email)
      await updateIdentityEmail(tx, identity.id, email.address, at);
    if (email?.verified && provesAddress(provider, email.key))
      await markEmailVerified(tx, user.id, email.key, at);
    return ok({ user, identity });
  }

  /** Whether an account may be joined to the provider's word about its address, without asking its person. */
  async function mayJoin(
    tx: Tx,
    provider: ProviderRow,
    account: AccountRow,
    organizationIds: readonly string[],
  ): Promise<boolean> {
    // A provider vouches for members; that it is also the one who runs the instance, that person must say while signed in.
    if (!mayLink(provider, account) || (await isOperator(tx, account.id))) return false;
    return (await outOfReach(tx, account.id, wayBy(provider, organizationIds))).length === 0;
  }

  /** Somebody whom we have not seen by this identity before. */
  async function meet(
    tx: Tx,
    actor: Actor,
    provider: ProviderRow,
    profile: Profile,
    { welcome, organizationIds }: { readonly welcome: boolean; readonly organizationIds: readonly string[] },
  ): Promise<Result<Omit<Admitted, 'organizationIds'>, AppError>> {
    const { email } = profile;
    if (!email?.verified) return refused('federation.email_not_verified');
    const account = await findAccountByEmail(tx, email.key);
    const known = account && (await mayJoin(tx, provider, account, organizationIds)) ? account : undefined;
    // Before it matters whether there is an account: who runs the provider can name any address.
    if (!known && !provider.create_users) return refused('federation.account_required');
    if (!known && !welcome) return refused('federation.no_access');
    if (!known && account) return refused('federation.account_exists');
    const user = known ?? (await create(tx, actor, provider, { ...profile, email }));
    const identity = await (known ? join : connect)(tx, actor, provider, user.id, profile);
    if (provesAddress(provider, email.key))
      await markEmailVerified(tx, user.id, email.key, clock().toISOString());
    return ok({ user, identity });
  }

  async function create(
    tx: Tx,
    actor: Actor,
    provider: ProviderRow,
    { email, name }: Profile & { readonly email: NonNullable<Profile['email']> },
  ): Promise<UserRow> {
    const user = await insertUser(tx, {
      id: ids(),
      email: email.address,
      emailKey: email.key,
      name: name ?? email.address.slice(0, email.address.lastIndexOf('@')),
      passwordHash: null,
      emailVerified: provesAddress(provider, email.key),
      at: clock().toISOString(),
    });
    await audit.record(tx, actor, {
      action: 'user.created',
      organizationId: null,
      userId: user.id,
      target: { type: 'user', id: user.id },
      details: { provider: provider.slug },
    });
    return user;
  }

  /** Connects an account that was there, and tells its person: from now on there is another way into it. */
  async function join(
    tx: Tx,
    actor: Actor,
    provider: ProviderRow,
    userId: string,
    profile: Profile,
  ): Promise<IdentityRow> {
    const identity = await connect(tx, actor, provider, userId, profile);
    const user = await findUser(tx, userId);
    if (user)
      await mail.send(tx, providerLinkedMail({ to: user.email, publicUrl, provider: provider.label }));
    return identity;
  }

  /** Records that this subject is this person. The caller has made sure that it is nobody else. */
  async function connect(
    tx: Tx,
    actor: Actor,
    provider: ProviderRow,
    userId: string,
    { subject, email }: Profile,
  ): Promise<IdentityRow> {
    const at = clock().toISOString();
    const identity: IdentityRow = {
      issuer: provider.issuer,
      subject,
      id: ids(),
      user_id: userId,
      provider_id: provider.id,
      email: email?.address ?? null,
      created_at: at,
      updated_at: at,
    };
    await insertIdentity(tx, identity);
    await audit.record(tx, actor, {
      action: 'identity.linked',
      organizationId: null,
      userId,
      target: { type: 'user', id: userId },
      details: { provider: provider.slug, identityId: identity.id },
    });
    return identity;
  }
}

/** Runs a transaction again where somebody else took the same new address meanwhile: then there is an account to be found. */
export async function admitting<T>(transaction: () => Promise<T>): Promise<T> {
  try {
    return await transaction();
  } catch (error) {
    if (!isEmailTaken(error)) throw error;
    return transaction();
  }
}

function refused(code: SignInFailure): { readonly ok: false; readonly error: AppError } {
  return err(signInFailure(code));
}
