import { AppError } from '../../../kernel/errors.ts';

export { invalidField } from '../identity.errors.ts';

export function passwordTooCommon(path: string): AppError {
  const message = 'This password is one of those that are tried first. Choose another one.';
  return new AppError({
    kind: 'invalid',
    code: 'identity.password_too_common',
    safeMessage: message,
    errors: [{ path, message }],
  });
}

/** Not 401: the sign-in itself is good, and clients answer 401 by renewing it. */
export function wrongPassword(path: string): AppError {
  const message = 'This is not your present password.';
  return new AppError({
    kind: 'invalid',
    code: 'identity.wrong_password',
    safeMessage: message,
    errors: [{ path, message }],
  });
}

export function recentSignInRequired(): AppError {
  return new AppError({
    kind: 'forbidden',
    code: 'identity.recent_sign_in_required',
    safeMessage: 'Your sign-in is too old for this. Give your password, or sign in again.',
  });
}

/** Their identity provider vouches for them in what it opened, and this concerns the whole account. */
export function ownSignInRequired(): AppError {
  return new AppError({
    kind: 'forbidden',
    code: 'identity.own_sign_in_required',
    safeMessage:
      'You signed in through an identity provider, which may not do this to your account as a whole. Give your password, or sign in with it; if you have none, ask for a new one by mail.',
  });
}

/** One answer for a proof that is unknown, was used, replaced or is too old, or that is somebody else's. */
export function proofNotValid(): AppError {
  return new AppError({
    kind: 'gone',
    code: 'identity.proof_not_valid',
    safeMessage: 'This link was used already, or it is too old. Ask for a new one.',
  });
}
