import { type Actor, instanceActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { IdSource } from '../../../kernel/ids.ts';
import type { AuditTrail } from '../../../platform/audit/index.ts';
import { hashOpaqueToken, type PasswordHasher } from '../../../platform/auth/index.ts';
import type { Tx, UnitOfWork } from '../../../platform/db/index.ts';
import type { Mail } from '../../../platform/mail/index.ts';
import { invalidToken } from '../identity.errors.ts';
import type { SignInLimits } from '../identity.limits.ts';
import { checkEmail, checkName } from '../identity.policy.ts';
import {
  findAccount,
  findAccountByEmail,
  findUser,
  insertMembership,
  insertUser,
  isEmailTaken,
} from '../identity.repository.ts';
import type { Grant, OpenSession, Origin, Sessions } from '../identity.sessions.port.ts';
import type { UserRow } from '../identity.tables.ts';
import { checkPassword } from '../passwords/password.policy.ts';
import {
  accountDetailsNeeded,
  addressNeeded,
  alreadyMember,
  forAnotherAddress,
  invitationNotValid,
  personRequired,
  signInToAccept,
  tooManyInvitations,
} from './invitations.errors.ts';
import { invitationMail } from './invitations.mail.ts';
import {
  confirmAddress,
  countByLink,
  insertInvitation,
  isAlreadyInvited,
  isMember,
  lockOpenInvitation,
  lockValidInvitation,
  markAccepted,
  markRevoked,
  renewToken,
  type ValidInvitation,
} from './invitations.repository.ts';
import type { AcceptBody, InvitationPreview, Joined } from './invitations.schemas.ts';
import type { InvitationRow } from './invitations.tables.ts';
import { newInvitationToken, RESEND_AFTER } from './invitations.tokens.ts';

/** Addresses that may be given for one link: somebody mistypes theirs, nobody sends mail to the world. */
const ADDRESSES_A_LINK = 5;

export interface AcceptanceDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly mail: Mail;
  readonly passwords: PasswordHasher;
  readonly sessions: Sessions;
  readonly limits: Pick<SignInLimits, 'signIn' | 'register'>;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly publicUrl: string;
}

/**
 * What came of accepting: `joined`, an account that was there belongs to the organization; `registered`, a new account
 * does, and is signed in; `confirmation`, a mail was sent to the address that was given for a link.
 */
export type Acceptance =
  | { readonly kind: 'joined'; readonly joined: Joined }
  | { readonly kind: 'registered'; readonly grant: Grant }
  | { readonly kind: 'confirmation' };

/** The other side of an invitation. A token that came by mail shows that its bearer reads mail to that address. */
export interface InvitationAcceptance {
  /** Throws `identity.invitation_not_valid`, `identity.too_many_attempts`. */
  lookup(actor: Actor, origin: Origin, token: string): Promise<InvitationPreview>;
  /**
   * Throws as `lookup`, and `identity.already_member`, `identity.invitation_for_another_address`,
   * `identity.sign_in_to_accept`, `identity.account_details_needed`, `identity.address_needed`, `identity.invalid_account`.
   */
  accept(actor: Actor, origin: Origin, body: AcceptBody): Promise<Acceptance>;
}

export function createInvitationAcceptance(dependencies: AcceptanceDependencies): InvitationAcceptance {
  const { uow, audit, mail, passwords, sessions, limits, clock, ids, publicUrl } = dependencies;
  return { lookup, accept };

  async function lookup(actor: Actor, origin: Origin, token: string): Promise<InvitationPreview> {
    await limits.signIn(origin.address);
    return withInvitation(actor, token, async (tx, invitation) => ({
      organization: { name: invitation.organization_name },
      invitedBy: await inviterOf(tx, invitation),
      email: invitation.email,
      role: invitation.role,
      message: invitation.message,
      expiresAt: invitation.expires_at,
    }));
  }

  async function accept(actor: Actor, origin: Origin, body: AcceptBody): Promise<Acceptance> {
    if (actor.kind === 'apiKey') throw personRequired();
    await limits.signIn(origin.address);
    if (actor.userId !== null) return joinAs(actor, actor.userId, body.token);
    const joined = await withInvitation(actor, body.token, async (tx, invitation) =>
      invitation.email_key === null ? invitation : joinByAddress(tx, actor, invitation, invitation.email_key),
    );
    if (!('organization_id' in joined)) return { kind: 'joined', joined };
    const { email } = joined;
    return email === null ? confirmByMail(actor, origin, body) : register(actor, origin, body, email);
  }

  /** Somebody who is signed in: an invitation for an address is for the account with that address. */
  function joinAs(actor: Actor, userId: string, token: string): Promise<Acceptance> {
    return withInvitation(actor, token, async (tx, invitation) => {
      const account = await findAccount(tx, userId);
      if (!account) throw invalidToken();
      if (invitation.email_key !== null) {
        if (account.email_key !== invitation.email_key) throw forAnotherAddress();
        await confirmAddress(tx, userId, clock().toISOString());
      }
      return { kind: 'joined', joined: await join(tx, actor, invitation, userId) };
    });
  }

  /**
   * Nobody is signed in, and there may be an account. Where its address was never confirmed, somebody else may have made
   * it: the mail then proves too little to let that account in. Gives the invitation back where there is no account.
   */
  async function joinByAddress(
    tx: Tx,
    actor: Actor,
    invitation: ValidInvitation,
    emailKey: string,
  ): Promise<Joined | ValidInvitation> {
    const account = await findAccountByEmail(tx, emailKey);
    if (!account) return invitation;
    if (account.email_verified_at === null) throw signInToAccept();
    return join(tx, actor, invitation, account.id);
  }

  async function register(
    actor: Actor,
    origin: Origin,
    { token, ...given }: AcceptBody,
    email: string,
  ): Promise<Acceptance> {
    const missing = (['name', 'password'] as const).filter((field) => given[field] === undefined);
    if (missing.length > 0) throw accountDetailsNeeded(missing.map((field) => `/${field}`));
    await limits.register(origin.address);
    const name = checkName('/name', given.name ?? '');
    const passwordHash = await passwords.hash(
      await checkPassword(given.password ?? '', { email, name }),
      origin.address,
    );
    const session = await withInvitation(actor, token, (tx, invitation) =>
      openAccount(tx, actor, origin, invitation, { name, passwordHash }),
    ).catch((error: unknown) => {
      // Somebody has taken the address while the password was hashed.
      throw isEmailTaken(error) ? signInToAccept() : error;
    });
    return { kind: 'registered', grant: await sessions.grant(session) };
  }

  async function openAccount(
    tx: Tx,
    actor: Actor,
    origin: Origin,
    invitation: ValidInvitation,
    { name, passwordHash }: { readonly name: string; readonly passwordHash: string },
  ): Promise<OpenSession> {
    const { email, email_key: emailKey, organization_id: organizationId } = invitation;
    if (email === null || emailKey === null) throw invitationNotValid();
    const at = clock().toISOString();
    const user = await insertUser(tx, {
      id: ids(),
      email,
      emailKey,
      name,
      passwordHash,
      emailVerified: true,
      at,
    });
    await audit.record(tx, actor, {
      action: 'user.registered',
      organizationId,
      userId: user.id,
      target: { type: 'user', id: user.id },
      details: { invitationId: invitation.id },
    });
    await join(tx, actor, invitation, user.id);
    return sessions.open(tx, actor, user, { method: 'registration', origin, organizationId });
  }

  /** Uses the invitation up, and the link that it came by. */
  async function join(tx: Tx, actor: Actor, invitation: ValidInvitation, userId: string): Promise<Joined> {
    const { organization_id: organizationId, id: invitationId, link_id: linkId, role } = invitation;
    if (await isMember(tx, organizationId, userId)) throw alreadyMember();
    const at = clock().toISOString();
    const linkIsFree = linkId === null || (await markAccepted(tx, organizationId, linkId, userId, at));
    if (!linkIsFree || !(await markAccepted(tx, organizationId, invitationId, userId, at)))
      throw invitationNotValid();
    await insertMembership(tx, { organizationId, userId, role, at });
    await audit.record(tx, actor, {
      action: 'member.joined',
      organizationId,
      userId,
      target: { type: 'user', id: userId },
      after: { role },
      details: { invitationId, invitedBy: invitation.invited_by },
    });
    return { organization: { id: organizationId, name: invitation.organization_name, role } };
  }

  /** A link says nothing about who holds it: they name an address, and the answer is the same whoever has an account. */
  async function confirmByMail(actor: Actor, origin: Origin, body: AcceptBody): Promise<Acceptance> {
    if (body.email === undefined) throw addressNeeded();
    await limits.register(origin.address);
    const address = checkEmail(body.email);
    await withInvitation(actor, body.token, (tx, link) => sendConfirmation(tx, actor, link, address)).catch(
      (error: unknown) => {
        // Somebody invites the same address at this moment: that mail will do.
        if (!isAlreadyInvited(error)) throw error;
      },
    );
    return { kind: 'confirmation' };
  }

  async function sendConfirmation(
    tx: Tx,
    actor: Actor,
    link: ValidInvitation,
    { email, emailKey }: { readonly email: string; readonly emailKey: string },
  ): Promise<void> {
    const { organization_id: organizationId, organization_name: organizationName, role, message } = link;
    const now = clock();
    const token = newInvitationToken(publicUrl, now);
    const open = await lockOpenInvitation(tx, organizationId, emailKey);
    if (open && Date.parse(open.sent_at) + RESEND_AFTER > now.getTime()) return;
    const renewed = open && isStillMeant(open, link, now) ? open : undefined;
    if (renewed) {
      // It ends when its admin meant it to, however often a holder of some link names its address.
      await renewToken(tx, renewed, { ...token, expiresAt: renewed.expires_at });
    } else {
      if (open) await markRevoked(tx, open, now.toISOString());
      if ((await countByLink(tx, organizationId, link.id)) >= ADDRESSES_A_LINK)
        throw tooManyInvitations(3600);
      const child = { organizationId, id: ids(), email, emailKey, role, message, linkId: link.id };
      await insertInvitation(tx, { ...child, ...token, invitedBy: link.invited_by });
    }
    await audit.record(tx, actor, {
      action: 'invitation.address_given',
      organizationId,
      target: { type: 'invitation', id: link.id },
      details: { email },
    });
    const { link: address } = token;
    const expiresAt = renewed ? renewed.expires_at : token.expiresAt;
    const inviterName = await inviterOf(tx, link);
    const to = renewed?.email ?? email;
    await mail.send(
      tx,
      invitationMail({ to, organizationName, inviterName, message, link: address, expiresAt }),
    );
  }

  async function inviterOf(tx: Tx, { invited_by: userId }: ValidInvitation): Promise<string> {
    const inviter: UserRow | undefined = await findUser(tx, userId);
    return inviter?.name ?? '';
  }

  /** As the instance: whoever holds a token is not in the organization yet. */
  function withInvitation<T>(
    actor: Actor,
    token: string,
    work: (tx: Tx, invitation: ValidInvitation) => Promise<T>,
  ): Promise<T> {
    return uow.write(instanceActor(actor.requestId), async (tx) => {
      const invitation = await lockValidInvitation(tx, hashOpaqueToken(token), clock().toISOString());
      if (!invitation) throw invitationNotValid();
      return work(tx, invitation);
    });
  }
}

/** Whether an open invitation for the address goes before the link: an admin meant it, and still does; or this link made it. */
function isStillMeant(open: InvitationRow, link: InvitationRow, now: Date): boolean {
  return Date.parse(open.expires_at) > now.getTime() && (open.link_id === null || open.link_id === link.id);
}
