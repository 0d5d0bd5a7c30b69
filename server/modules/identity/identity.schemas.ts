import { type Static, Type } from 'typebox';
import { ROLES } from '../../kernel/actor.ts';
import { Id, Nullable, OneOf, Timestamp } from '../../platform/http/schemas.ts';
import type { OrganizationRow, UserRow } from './identity.tables.ts';

export const UserView = Type.Object({
  id: Id,
  email: Type.String(),
  emailVerified: Type.Boolean({ description: 'they have shown that they read what is sent there' }),
  name: Type.String(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type UserView = Static<typeof UserView>;

export const OrganizationSettings = Type.Object(
  {
    memberDirectory: OneOf(
      ['members', 'admins'],
      'who may see who belongs to it: everybody from the role regular up, or the admins alone',
    ),
    requireSecondFactor: Type.Boolean({ description: 'its people get in with a second factor only' }),
  },
  { additionalProperties: false },
);
export type OrganizationSettings = Static<typeof OrganizationSettings>;

export const OrganizationView = Type.Object({
  id: Id,
  name: Type.String(),
  role: OneOf(ROLES, 'the caller’s role in it'),
  settings: OrganizationSettings,
  version: Type.Integer(),
  closedAt: Nullable({
    ...Timestamp,
    description: 'since then only its admins get in, to export and restore it',
  }),
  deleteAfter: Nullable({ ...Timestamp, description: 'when a closed one is deleted for good' }),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type OrganizationView = Static<typeof OrganizationView>;

const Email = Type.String({ format: 'email', maxLength: 254 });
const Password = Type.String({ minLength: 10, maxLength: 256, description: 'at least 10 characters' });

export const RegisterBody = Type.Object(
  {
    email: Email,
    password: Password,
    name: Type.String({ minLength: 1, maxLength: 200 }),
    organizationName: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  },
  { additionalProperties: false },
);
export type RegisterBody = Static<typeof RegisterBody>;

export const LoginBody = Type.Object(
  {
    email: Type.String({ minLength: 1, maxLength: 254 }),
    password: Type.String({ minLength: 1, maxLength: 256 }),
  },
  { additionalProperties: false },
);
export type LoginBody = Static<typeof LoginBody>;

/** Exchanges the one-time sign-in link that the first start prints. */
export const SignInLinkBody = Type.Object(
  { token: Type.String({ minLength: 20, maxLength: 200 }) },
  { additionalProperties: false },
);

/** How the tokens of a sign-in travel: httpOnly cookies for browsers, the body for programs that ask for it. */
export const TransportQuery = Type.Object(
  {
    transport: Type.Optional(
      OneOf(
        ['cookie', 'body'],
        '`body`: no cookies are set, and `refreshToken` is in the answer; for clients that are no browsers',
      ),
    ),
  },
  { additionalProperties: false },
);

/** Without a body the refresh cookie is meant. */
export const RefreshBody = Nullable(
  Type.Object(
    { refreshToken: Type.String({ minLength: 1, maxLength: 200 }) },
    { additionalProperties: false },
  ),
);

export const SignedIn = Type.Object({
  accessToken: Type.String(),
  tokenType: Type.Literal('Bearer'),
  expiresIn: Type.Integer({ description: 'seconds' }),
  csrfToken: Type.String({
    description:
      'goes into `X-CSRF-Token` on unsafe methods where the cookie and no Authorization header says who asks',
  }),
  refreshToken: Type.Optional(Type.String({ description: 'only where the tokens travel in the body' })),
  user: UserView,
  organization: OrganizationView,
});
export type SignedIn = Static<typeof SignedIn>;

export const MeView = Type.Object({
  user: UserView,
  operator: Type.Boolean({ description: 'may use the operators’ endpoints' }),
  hasPassword: Type.Boolean({ description: 'false: they come by identity providers or links' }),
  organization: OrganizationView,
  organizations: Type.Array(OrganizationView, {
    description: 'what they belong to; not what an identity provider that they came by did not open',
  }),
  csrfToken: Nullable(
    Type.String({ description: 'null for a caller with a bearer token, who needs no proof' }),
  ),
});
export type MeView = Static<typeof MeView>;

export function toUserView(row: UserRow): UserView {
  return {
    id: row.id,
    email: row.email,
    emailVerified: row.email_verified_at !== null,
    name: row.name,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function toOrganizationView(row: OrganizationRow): OrganizationView {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    settings: { memberDirectory: row.member_directory, requireSecondFactor: row.require_second_factor },
    version: row.version,
    closedAt: row.closed_at,
    deleteAfter: row.delete_after,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
