import { type Static, Type } from 'typebox';
import { ROLES } from '../../../kernel/actor.ts';
import { Id, Nullable, OneOf, PageOf, PageQuery, Timestamp } from '../../../platform/http/schemas.ts';
import { SignedIn } from '../identity.schemas.ts';
import type { InvitationRow } from './invitations.tables.ts';

const Email = Type.String({ format: 'email', maxLength: 254 });
const Token = Type.String({ minLength: 20, maxLength: 200 });

export const NewInvitationBody = Type.Object(
  {
    email: Type.Optional({ ...Email, description: 'without it, whoever has the link may accept once' }),
    role: OneOf(ROLES),
    message: Type.Optional(Type.String({ maxLength: 1000, description: 'goes into the mail' })),
  },
  { additionalProperties: false },
);
export type NewInvitationBody = Static<typeof NewInvitationBody>;

const STATES = ['open', 'expired', 'accepted', 'revoked'] as const;

export const InvitationView = Type.Object({
  id: Id,
  email: Nullable(Type.String()),
  role: OneOf(ROLES),
  message: Type.String(),
  state: OneOf(STATES),
  invitedBy: Id,
  acceptedBy: Nullable(Id),
  sentAt: Timestamp,
  expiresAt: Timestamp,
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type InvitationView = Static<typeof InvitationView>;

export const InvitationPage = PageOf(InvitationView);
export const InvitationListQuery = Type.Object(PageQuery, { additionalProperties: false });
export type InvitationListQuery = Static<typeof InvitationListQuery>;

export const CreatedInvitation = Type.Object({
  invitation: InvitationView,
  link: Nullable(
    Type.String({
      description: 'shown once; null for an invitation by e-mail, whose link only the mail has',
    }),
  ),
});
export type CreatedInvitation = Static<typeof CreatedInvitation>;

export const LookupBody = Type.Object({ token: Token }, { additionalProperties: false });

export const InvitationPreview = Type.Object({
  organization: Type.Object({ name: Type.String() }),
  invitedBy: Type.String({ description: 'the name of who invites' }),
  email: Nullable(Type.String({ description: 'for whom; null: for whoever has the link' })),
  role: OneOf(ROLES),
  message: Type.String(),
  expiresAt: Timestamp,
});
export type InvitationPreview = Static<typeof InvitationPreview>;

export const AcceptBody = Type.Object(
  {
    token: Token,
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    password: Type.Optional(
      Type.String({ minLength: 10, maxLength: 256, description: 'at least 10 characters' }),
    ),
    email: Type.Optional({
      ...Email,
      description: 'with a link, where nobody is signed in: where to confirm it',
    }),
  },
  { additionalProperties: false },
);
export type AcceptBody = Static<typeof AcceptBody>;

/** An account that was there has joined; whoever was not signed in does that as usual. */
export const Joined = Type.Object({
  organization: Type.Object({
    id: Id,
    name: Type.String(),
    role: OneOf(ROLES, 'the role that they have in it'),
  }),
});
export type Joined = Static<typeof Joined>;
export const ConfirmByMail = Type.Object({
  confirmation: Type.Literal('mail', { description: 'a mail was sent to the address that was given' }),
});
export const AcceptAnswers = { 200: Joined, 201: SignedIn, 202: ConfirmByMail } as const;

export function toInvitationView(row: InvitationRow, now: Date): InvitationView {
  return {
    id: row.id,
    email: row.email,
    role: row.role,
    message: row.message,
    state: stateOf(row, now),
    invitedBy: row.invited_by,
    acceptedBy: row.accepted_by,
    sentAt: row.sent_at,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function stateOf(row: InvitationRow, now: Date): (typeof STATES)[number] {
  if (row.accepted_at !== null) return 'accepted';
  if (row.revoked_at !== null) return 'revoked';
  return Date.parse(row.expires_at) <= now.getTime() ? 'expired' : 'open';
}
