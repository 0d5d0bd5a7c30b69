import { type Static, Type } from 'typebox';
import { Id, Timestamp } from '../../../platform/http/schemas.ts';
import { GivenPassword } from '../passwords/passwords.schemas.ts';

const Slug = Type.String({ minLength: 1, maxLength: 63 });

export const ProviderParams = Type.Object({ provider: Slug }, { additionalProperties: false });

/** What everybody may see of a provider: enough for a button. */
export const SignInProviders = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.String({ description: 'names the provider in /auth/oidc/{provider}/start' }),
      label: Type.String(),
    }),
  ),
});
export type SignInProviders = Static<typeof SignInProviders>;

export const StartQuery = Type.Object(
  {
    returnTo: Type.Optional(
      Type.String({
        maxLength: 2000,
        description: 'a path of the console; anything else leads to its start',
      }),
    ),
  },
  { additionalProperties: false },
);

/** Whatever the provider adds (RFC 6749, 4.1.2: unknown parameters are ignored); it is read from the address as it came. */
export const CallbackQuery = Type.Object(
  {
    code: Type.Optional(Type.Unknown()),
    state: Type.Optional(Type.Unknown()),
    iss: Type.Optional(Type.Unknown({ description: 'RFC 9207' })),
    error: Type.Optional(Type.Unknown()),
  },
  { additionalProperties: true },
);

export const LinkBody = Type.Object(
  {
    returnTo: Type.Optional(Type.String({ maxLength: 2000 })),
    currentPassword: Type.Optional({
      ...GivenPassword,
      description: 'not needed within 10 minutes after a sign-in',
    }),
  },
  { additionalProperties: false },
);

export const LinkAnswer = Type.Object({
  url: Type.String({ description: 'where the browser goes on, within ten minutes' }),
});

export const FailureParams = Type.Object(
  { code: Type.String({ minLength: 1, maxLength: 100 }) },
  { additionalProperties: false },
);

export const FailureView = Type.Object({ code: Type.String(), message: Type.String() });

export const IdentityView = Type.Object({
  id: Id,
  provider: Type.Object({ id: Type.String(), label: Type.String(), enabled: Type.Boolean() }),
  email: Type.Union([Type.String(), Type.Null()], { description: 'as the provider gave it last' }),
  createdAt: Timestamp,
});
export type IdentityView = Static<typeof IdentityView>;

export const IdentityList = Type.Object({ items: Type.Array(IdentityView) });

export const SignOutAnswer = Type.Object({
  url: Type.Union([Type.String(), Type.Null()], {
    description:
      'where the browser signs out of the identity provider too; null: there is none, or no such place',
  }),
});
