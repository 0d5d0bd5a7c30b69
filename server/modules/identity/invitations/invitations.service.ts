import type { Actor, OrganizationActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { IdSource } from '../../../kernel/ids.ts';
import { requireOrganization } from '../../../kernel/organization.ts';
import { decodeCursor, type Page, toPage } from '../../../kernel/page.ts';
import type { AuditTrail } from '../../../platform/audit/index.ts';
import type { Tx, UnitOfWork } from '../../../platform/db/index.ts';
import type { Mail } from '../../../platform/mail/index.ts';
import { invalidToken, organizationNotFound } from '../identity.errors.ts';
import { checkEmail } from '../identity.policy.ts';
import { findUser } from '../identity.repository.ts';
import { isMemberAddress } from '../members/members.repository.ts';
import { lockOrganization } from '../organizations/organizations.repository.ts';
import {
  alreadyInvited,
  alreadyMember,
  invitationByLink,
  invitationEnded,
  invitationNotFound,
  tooManyInvitations,
} from './invitations.errors.ts';
import { invitationMail } from './invitations.mail.ts';
import {
  countSent,
  insertInvitation,
  isAlreadyInvited,
  listInvitations,
  lockInvitation,
  lockOpenInvitation,
  markRevoked,
  renewToken,
} from './invitations.repository.ts';
import {
  type CreatedInvitation,
  type InvitationListQuery,
  type InvitationView,
  type NewInvitationBody,
  toInvitationView,
} from './invitations.schemas.ts';
import type { InvitationRow } from './invitations.tables.ts';
import { type InvitationToken, newInvitationToken, RESEND_AFTER } from './invitations.tokens.ts';

const HOUR = 3_600_000;
/** Invitations of one organization in a day: the server's mail is not for advertising. */
const MOST_A_DAY = 200;

export interface InvitationsDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly mail: Mail;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Where people reach the server, without a slash at the end. */
  readonly publicUrl: string;
}

/** Inviting people into the actor's organization, which its admins do. */
export interface Invitations {
  /**
   * By e-mail, or by a link that is given back this once. Throws `identity.already_member`, `identity.already_invited`,
   * `identity.too_many_invitations`, `identity.invalid_account`.
   */
  create(actor: Actor, body: NewInvitationBody): Promise<CreatedInvitation>;
  list(actor: Actor, query: InvitationListQuery): Promise<Page<InvitationView>>;
  /** Throws `identity.invitation_not_found`, `identity.invitation_ended`. */
  revoke(actor: Actor, id: string): Promise<void>;
  /** Sends a new link; the one before is void. Throws as `revoke`, and `identity.invitation_by_link`, `identity.too_many_invitations`. */
  resend(actor: Actor, id: string): Promise<InvitationView>;
}

export function createInvitations(dependencies: InvitationsDependencies): Invitations {
  const { uow, audit, mail, clock, ids, publicUrl } = dependencies;
  return { create, list, revoke, resend };

  async function create(actor: Actor, body: NewInvitationBody): Promise<CreatedInvitation> {
    const caller = requireOrganization(actor);
    const address = body.email === undefined ? null : checkEmail(body.email);
    const { role, message = '' } = body;
    const token = newInvitationToken(publicUrl, clock());
    const row = await writing(caller, async (tx, organizationName, invitedBy) => {
      await boundSending(tx, caller.organizationId);
      if (address) await makeRoom(tx, caller.organizationId, address.emailKey);
      const inserted = await insertInvitation(tx, {
        organizationId: caller.organizationId,
        id: ids(),
        email: address?.email ?? null,
        emailKey: address?.emailKey ?? null,
        ...{ role, message, invitedBy, linkId: null },
        ...token,
      });
      await record(tx, caller, 'invitation.created', inserted);
      await send(tx, inserted, token, organizationName);
      return inserted;
    }).catch((error: unknown) => {
      // Whoever has a link gave this address at the same moment.
      throw isAlreadyInvited(error) ? alreadyInvited() : error;
    });
    return { invitation: toInvitationView(row, clock()), link: address ? null : token.link };
  }

  /** The address is nobody's here and has no open invitation; one that has expired gives way. */
  async function makeRoom(tx: Tx, organizationId: string, emailKey: string): Promise<void> {
    if (await isMemberAddress(tx, organizationId, emailKey)) throw alreadyMember();
    const open = await lockOpenInvitation(tx, organizationId, emailKey);
    if (!open) return;
    const now = clock();
    if (Date.parse(open.expires_at) > now.getTime()) throw alreadyInvited();
    await markRevoked(tx, open, now.toISOString());
  }

  async function list(actor: Actor, query: InvitationListQuery): Promise<Page<InvitationView>> {
    const { organizationId } = requireOrganization(actor);
    const limit = query.limit ?? 20;
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
    const rows = await uow.read(actor, (tx) => listInvitations(tx, organizationId, limit + 1, after));
    const now = clock();
    return toPage(
      rows,
      limit,
      (row) => ({ at: row.created_at, id: row.id }),
      (row) => toInvitationView(row, now),
    );
  }

  async function revoke(actor: Actor, id: string): Promise<void> {
    const caller = requireOrganization(actor);
    await writing(caller, async (tx) => {
      const row = await lockOpen(tx, caller, id);
      await markRevoked(tx, row, clock().toISOString());
      await record(tx, caller, 'invitation.revoked', row);
    });
  }

  async function resend(actor: Actor, id: string): Promise<InvitationView> {
    const caller = requireOrganization(actor);
    const now = clock();
    const token = newInvitationToken(publicUrl, now);
    return writing(caller, async (tx, organizationName) => {
      await boundSending(tx, caller.organizationId);
      const row = await lockOpen(tx, caller, id);
      if (row.email === null) throw invitationByLink();
      const wait = Date.parse(row.sent_at) + RESEND_AFTER - now.getTime();
      if (wait > 0) throw tooManyInvitations(Math.ceil(wait / 1000));
      const renewed = await renewToken(tx, row, token);
      await record(tx, caller, 'invitation.resent', renewed);
      await send(tx, renewed, token, organizationName);
      return toInvitationView(renewed, now);
    });
  }

  /** In one organization one after the other, so that two invitations for one address cannot cross. */
  async function writing<T>(
    caller: OrganizationActor,
    work: (tx: Tx, organizationName: string, invitedBy: string) => Promise<T>,
  ): Promise<T> {
    const { userId, organizationId } = caller;
    if (userId === null) throw invalidToken();
    return uow.write(caller, async (tx) => {
      const organization = await lockOrganization(tx, organizationId);
      if (!organization) throw organizationNotFound();
      return work(tx, organization.name, userId);
    });
  }

  async function lockOpen(tx: Tx, { organizationId }: OrganizationActor, id: string): Promise<InvitationRow> {
    const row = await lockInvitation(tx, organizationId, id);
    if (!row) throw invitationNotFound();
    if (row.accepted_at !== null || row.revoked_at !== null) throw invitationEnded();
    return row;
  }

  async function boundSending(tx: Tx, organizationId: string): Promise<void> {
    const since = new Date(clock().getTime() - 24 * HOUR).toISOString();
    if ((await countSent(tx, organizationId, since)) >= MOST_A_DAY) throw tooManyInvitations(HOUR / 1000);
  }

  async function send(
    tx: Tx,
    row: InvitationRow,
    { link }: InvitationToken,
    organizationName: string,
  ): Promise<void> {
    if (row.email === null) return;
    const inviter = await findUser(tx, row.invited_by);
    const { email: to, message, expires_at: expiresAt } = row;
    const inviterName = inviter?.name ?? 'Somebody';
    await mail.send(tx, invitationMail({ to, organizationName, inviterName, message, link, expiresAt }));
  }

  async function record(
    tx: Tx,
    caller: OrganizationActor,
    action: string,
    { id, email, role }: InvitationRow,
  ): Promise<void> {
    await audit.record(tx, caller, {
      action,
      organizationId: caller.organizationId,
      target: { type: 'invitation', id },
      details: { email, role },
    });
  }
}
