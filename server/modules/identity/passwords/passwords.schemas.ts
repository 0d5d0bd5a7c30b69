import { type Static, Type } from 'typebox';
import { MailedToken } from '../email/email.schemas.ts';

const NewPassword = Type.String({ minLength: 10, maxLength: 256, description: 'at least 10 characters' });
export const GivenPassword = Type.String({ minLength: 1, maxLength: 256 });

export const ChangePasswordBody = Type.Object(
  {
    currentPassword: Type.Optional({
      ...GivenPassword,
      description: 'needed by everybody who has one; others must have signed in within 15 minutes',
    }),
    newPassword: NewPassword,
  },
  { additionalProperties: false },
);
export type ChangePasswordBody = Static<typeof ChangePasswordBody>;

export const ResetPasswordBody = Type.Object(
  { email: Type.String({ minLength: 1, maxLength: 254 }) },
  { additionalProperties: false },
);

export const ConfirmResetBody = Type.Object(
  { token: MailedToken, newPassword: NewPassword },
  { additionalProperties: false },
);
export type ConfirmResetBody = Static<typeof ConfirmResetBody>;
