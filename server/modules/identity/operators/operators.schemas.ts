import { type Static, Type } from 'typebox';
import { ROLES } from '../../../kernel/actor.ts';
import { Id, Nullable, OneOf, PageOf, PageQuery, Timestamp } from '../../../platform/http/schemas.ts';
import type { BelongingRow, OperatedOrganizationRow, OperatedUserRow } from './operators.tables.ts';

const closed = { additionalProperties: false } as const;
const Text = Type.String({
  minLength: 1,
  maxLength: 200,
  description: 'how a name or its last word begins; of people also the address',
});

export const OperatedUser = Type.Object({
  id: Id,
  email: Type.String(),
  name: Type.String(),
  operator: Type.Boolean({ description: 'may use the operators’ endpoints' }),
  disabledAt: Nullable(Timestamp),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type OperatedUser = Static<typeof OperatedUser>;
export const OperatedUserPage = PageOf(OperatedUser);

export const OperatedUserDetails = Type.Object({
  ...OperatedUser.properties,
  organizations: Type.Array(Type.Object({ id: Id, name: Type.String(), role: OneOf(ROLES) })),
});
export type OperatedUserDetails = Static<typeof OperatedUserDetails>;

export const UserListQuery = Type.Object(
  { ...PageQuery, q: Type.Optional(Text), state: Type.Optional(OneOf(['disabled', 'operator'])) },
  closed,
);
export type UserListQuery = Static<typeof UserListQuery>;

export const UserChange = Type.Object(
  {
    disabled: Type.Optional(
      Type.Boolean({ description: 'true: signed out everywhere, API keys are dead, no way in' }),
    ),
    operator: Type.Optional(Type.Boolean()),
    reason: Type.Optional(Type.String({ maxLength: 500, description: 'for the audit trail' })),
  },
  { ...closed, minProperties: 1 },
);
export type UserChange = Static<typeof UserChange>;

export const OperatorSignInLink = Type.Object({
  token: Type.String({ description: 'signs the person in once; belongs behind `/sign-in#token=`' }),
  expiresAt: Timestamp,
});
export type OperatorSignInLink = Static<typeof OperatorSignInLink>;

export const OperatedOrganization = Type.Object({
  id: Id,
  name: Type.String(),
  members: Type.Integer(),
  suspendedAt: Nullable(Timestamp),
  suspendedReason: Nullable(Type.String()),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type OperatedOrganization = Static<typeof OperatedOrganization>;
export const OperatedOrganizationPage = PageOf(OperatedOrganization);

export const OrganizationListQuery = Type.Object(
  { ...PageQuery, q: Type.Optional(Text), state: Type.Optional(OneOf(['suspended'])) },
  closed,
);
export type OrganizationListQuery = Static<typeof OrganizationListQuery>;

export const SuspendBody = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 500, description: 'its people are told' }) },
  closed,
);
export type SuspendBody = Static<typeof SuspendBody>;

export function toOperatedUser(row: OperatedUserRow): OperatedUser {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    operator: row.operator,
    disabledAt: row.disabled_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function toOperatedUserDetails(
  row: OperatedUserRow,
  organizations: readonly BelongingRow[],
): OperatedUserDetails {
  return {
    ...toOperatedUser(row),
    organizations: organizations.map(({ id, name, role }) => ({ id, name, role })),
  };
}

export function toOperatedOrganization(row: OperatedOrganizationRow): OperatedOrganization {
  return {
    id: row.id,
    name: row.name,
    members: row.members,
    suspendedAt: row.suspended_at,
    suspendedReason: row.suspended_reason,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
