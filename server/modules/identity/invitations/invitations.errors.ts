import { AppError } from '../../../kernel/errors.ts';

export function invitationNotFound(): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'identity.invitation_not_found',
    safeMessage: 'There is no such invitation.',
  });
}

/** One answer for a token that is unknown, used, revoked or too old, or that leads where nobody is let in any more. */
export function invitationNotValid(): AppError {
  return new AppError({
    kind: 'gone',
    code: 'identity.invitation_not_valid',
    safeMessage: 'This invitation is not valid, or not any more. Ask for a new one.',
  });
}

export function alreadyMember(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'identity.already_member',
    safeMessage: 'This person belongs to the organization already.',
  });
}

export function alreadyInvited(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'identity.already_invited',
    safeMessage: 'There is an open invitation for this address: send it again, or revoke it first.',
  });
}

export function invitationEnded(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'identity.invitation_ended',
    safeMessage: 'This invitation was accepted or revoked already.',
  });
}

export function invitationByLink(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'identity.invitation_by_link',
    safeMessage: 'An invitation by link is not sent: make a new one and hand its link over.',
  });
}

export function tooManyInvitations(retryAfterSeconds: number): AppError {
  return new AppError({
    kind: 'rate_limited',
    code: 'identity.too_many_invitations',
    safeMessage: 'Too many invitations were sent. Wait before you send more.',
    retryable: true,
    retryAfterSeconds,
  });
}

export function forAnotherAddress(): AppError {
  return new AppError({
    kind: 'forbidden',
    code: 'identity.invitation_for_another_address',
    safeMessage: 'This invitation is for another e-mail address than the one that you are signed in with.',
  });
}

/** Only ever told to whoever got the mail that was sent to the address. */
export function signInToAccept(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'identity.sign_in_to_accept',
    safeMessage:
      'There is an account with this address that nobody has confirmed. Sign in to it, or set a new password for it, and accept again.',
  });
}

/** Only ever told to whoever got the mail that was sent to the address. */
export function accountDetailsNeeded(missing: readonly string[]): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'identity.account_details_needed',
    safeMessage: 'There is no account with this address yet: give a name and a password to make one.',
    errors: missing.map((path) => ({ path, message: 'is needed' })),
  });
}

export function addressNeeded(): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'identity.address_needed',
    safeMessage: 'Sign in to accept this invitation, or give the e-mail address to confirm it by.',
    errors: [{ path: '/email', message: 'is needed' }],
  });
}

export function personRequired(): AppError {
  return new AppError({
    kind: 'forbidden',
    code: 'identity.key_not_accepted',
    safeMessage: 'No API key may do this: sign in as a person.',
  });
}
