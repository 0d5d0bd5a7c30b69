import type { MailMessage } from '../../../platform/mail/index.ts';

// What people are written. Nothing in it was chosen by whoever asked for the mail: it may go to somebody else's address.
// Tokens stand behind #, so that no server and no proxy on the way logs them.

const NOT_YOU = 'If this was not you, you need do nothing: without this link nothing happens.';

export interface Addressee {
  readonly to: string;
  /** Where people reach the server, without a slash at the end. */
  readonly publicUrl: string;
}

interface WithToken extends Addressee {
  readonly token: string;
}

export function verifyEmailMail({ to, publicUrl, token }: WithToken): MailMessage {
  return {
    kind: 'verify_email',
    to,
    subject: 'Confirm your e-mail address',
    text: `Confirm that this address belongs to your Scriptorium account, while you are signed in there:

${publicUrl}/verify-email#token=${token}

The link is good for 24 hours and works once. If you made no account, you need do nothing.
`,
  };
}

export function changeEmailMail({ to, publicUrl, token }: WithToken): MailMessage {
  return {
    kind: 'change_email',
    to,
    subject: 'Confirm your new e-mail address',
    text: `Confirm that your Scriptorium account is to use this address from now on, while you are signed in there:

${publicUrl}/verify-email#token=${token}

The link is good for 24 hours and works once. ${NOT_YOU}
`,
  };
}

/** Somebody wants the address for their account, and there is one with it already. Sent instead of `changeEmailMail`. */
export function changeToTakenMail({ to, publicUrl }: Addressee): MailMessage {
  return {
    kind: 'change_email_taken',
    to,
    subject: 'This address has an account',
    text: `Somebody who is signed in at ${publicUrl} wanted to use this address for their account. There is an account with it
already, so nothing was changed. If that was you, sign in to the other account.
`,
  };
}

/** To the address that is about to be replaced. */
export function emailChangeAskedMail({ to, publicUrl }: Addressee): MailMessage {
  return {
    kind: 'email_change_asked',
    to,
    subject: 'Your e-mail address is about to change',
    text: `Somebody who knows your password asked to use another e-mail address for your Scriptorium account.

If that was you, you need do nothing. If not, sign in and change your password now:

${publicUrl}/profile
`,
  };
}

export function resetPasswordMail({ to, publicUrl, token }: WithToken): MailMessage {
  return {
    kind: 'reset_password',
    to,
    subject: 'Set a new password',
    text: `Set a new password for your Scriptorium account:

${publicUrl}/reset-password#token=${token}

The link is good for one hour and works once. ${NOT_YOU}
`,
  };
}

export function passwordChangedMail({ to, publicUrl }: Addressee): MailMessage {
  return {
    kind: 'password_changed',
    to,
    subject: 'Your password was changed',
    text: `The password of your Scriptorium account was changed, and other sign-ins have ended.

If that was not you, set a new one at once:

${publicUrl}/reset-password
`,
  };
}

export function secondFactorChangedMail(
  { to, publicUrl }: Addressee,
  what: 'added' | 'removed' | 'recovery_code_used',
): MailMessage {
  const sentence = {
    added: 'A second factor was added to your Scriptorium account.',
    removed: 'The second factor of your Scriptorium account was removed.',
    recovery_code_used: 'A recovery code was used to sign in to your Scriptorium account.',
  }[what];
  return {
    kind: `second_factor_${what}`,
    to,
    subject: sentence,
    text: `${sentence}

If that was not you, change your password at once and look at your sign-ins:

${publicUrl}/profile
`,
  };
}

/** `provider`: what operators call it. */
export function providerLinkedMail({
  to,
  publicUrl,
  provider,
}: Addressee & { readonly provider: string }): MailMessage {
  return {
    kind: 'provider_linked',
    to,
    subject: 'An identity provider was connected to your account',
    text: `Whoever signs in as you at “${provider}” can sign in to your Scriptorium account from now on.

If that was not you, change your password at once and disconnect the provider:

${publicUrl}/profile
`,
  };
}

/** To finish a registration. */
export function confirmRegistrationMail({ to, publicUrl, token }: WithToken): MailMessage {
  return {
    kind: 'confirm_registration',
    to,
    subject: 'Finish your registration',
    text: `Finish the registration of your Scriptorium account with this link and the password that you chose:

${publicUrl}/register#token=${token}

The link is good for 24 hours and works once. ${NOT_YOU}
`,
  };
}

/** Somebody registers with an address that has an account. Sent instead of `confirmRegistrationMail`. */
export function alreadyRegisteredMail({ to, publicUrl }: Addressee): MailMessage {
  return {
    kind: 'already_registered',
    to,
    subject: 'You have an account already',
    text: `Somebody wanted to register a Scriptorium account with this address, and there is one already. If that was you, sign in:

${publicUrl}/sign-in

or set a new password:

${publicUrl}/reset-password

If it was not you, you need do nothing.
`,
  };
}
