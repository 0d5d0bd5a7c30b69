import { type Static, Type } from 'typebox';
import { Nullable } from '../../../platform/http/schemas.ts';
import { GivenPassword } from '../passwords/passwords.schemas.ts';

export const ProfilePatch = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    email: Type.Optional(
      Type.String({
        format: 'email',
        maxLength: 254,
        description:
          'counts once it was confirmed by the link that is sent there; until then the old one does',
      }),
    ),
    currentPassword: Type.Optional({
      ...GivenPassword,
      description:
        'needed for another address, and for the name by a sign-in that does not open all of their organizations',
    }),
  },
  { additionalProperties: false, minProperties: 1 },
);
export type ProfilePatch = Static<typeof ProfilePatch>;

export const DeleteAccountBody = Nullable(
  Type.Object(
    {
      currentPassword: Type.Optional({
        ...GivenPassword,
        description: 'needed by everybody who has one; others must have signed in within 15 minutes',
      }),
    },
    { additionalProperties: false },
  ),
);
