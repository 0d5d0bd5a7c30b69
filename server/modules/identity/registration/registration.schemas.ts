import { Type } from 'typebox';
import { MailedToken } from '../email/email.schemas.ts';
import { GivenPassword } from '../passwords/passwords.schemas.ts';

export const ConfirmRegistrationBody = Type.Object(
  {
    token: MailedToken,
    password: { ...GivenPassword, description: 'the one that was chosen at registration' },
  },
  { additionalProperties: false },
);

export const ConfirmationSent = Type.Object({
  status: Type.Literal('confirmation_sent', {
    description: 'whatever the address: a mail says how to go on. Where REGISTRATION is `verified`',
  }),
});
