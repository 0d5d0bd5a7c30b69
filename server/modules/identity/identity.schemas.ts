import { Type, type Static } from 'typebox';
import { Id, Timestamp } from '../../platform/http/schemas.ts';

export const RoleSchema = Type.Union([Type.Literal('admin'), Type.Literal('power'), Type.Literal('regular'), Type.Literal('guest')]);

export const UserView = Type.Object({
  id: Id,
  email: Type.String(),
  name: Type.String(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type UserView = Static<typeof UserView>;

export const OrganizationView = Type.Object({
  id: Id,
  name: Type.String(),
  /** The caller's role in it. */
  role: RoleSchema,
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
  { email: Type.String({ minLength: 1, maxLength: 254 }), password: Type.String({ minLength: 1, maxLength: 256 }) },
  { additionalProperties: false },
);
export type LoginBody = Static<typeof LoginBody>;

/** Exchanges the one-time sign-in link that the first start prints. */
export const SignInLinkBody = Type.Object({ token: Type.String({ minLength: 20, maxLength: 200 }) }, { additionalProperties: false });

export const SignedIn = Type.Object({
  accessToken: Type.String(),
  tokenType: Type.Literal('Bearer'),
  /** Seconds. */
  expiresIn: Type.Integer(),
  /** Browsers send it back in `X-CSRF-Token` on unsafe methods when they sign in by cookie. */
  csrfToken: Type.String(),
  user: UserView,
  organization: OrganizationView,
});
export type SignedIn = Static<typeof SignedIn>;

/** `csrfToken` is null when the caller came with a bearer token: then no proof is needed. */
export const MeView = Type.Object({
  user: UserView,
  organization: OrganizationView,
  organizations: Type.Array(OrganizationView),
  csrfToken: Type.Union([Type.String(), Type.Null()]),
});
export type MeView = Static<typeof MeView>;
