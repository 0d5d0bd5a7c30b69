import { AppError } from '../../../kernel/errors.ts';

/**
 * The answer to a right password of who has a second factor: nobody is signed in yet. A problem and no success, so that a
 * client that does not know of it does not take it for a sign-in.
 */
export function secondFactorRequired(challenge: string, expiresIn: number): AppError {
  return new AppError({
    kind: 'unauthenticated',
    code: 'identity.second_factor_required',
    safeMessage: 'Give the code of your authenticator, or a recovery code.',
    details: { challenge, expiresIn },
  });
}

/** One answer for a challenge that is unknown, was answered or is too old. */
export function challengeNotValid(): AppError {
  return new AppError({
    kind: 'unauthenticated',
    code: 'identity.challenge_not_valid',
    safeMessage: 'This sign-in took too long, or has ended. Start again.',
  });
}

/** While signing in. */
export function wrongSecondFactor(): AppError {
  return new AppError({
    kind: 'unauthenticated',
    code: 'identity.second_factor_not_valid',
    safeMessage: 'This code is not right, or was used already. Wait for the next one.',
  });
}

/** From somebody who is signed in: not 401, which clients answer by renewing the sign-in. */
export function wrongCode(): AppError {
  const message = 'This code is not right, or was used already. Wait for the next one.';
  return new AppError({
    kind: 'invalid',
    code: 'identity.second_factor_not_valid',
    safeMessage: message,
    errors: [{ path: '/code', message }],
  });
}

export function secondFactorExists(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'identity.second_factor_exists',
    safeMessage: 'You have a second factor already. Remove it before you set up another one.',
  });
}

export function noSecondFactor(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'identity.no_second_factor',
    safeMessage: 'There is no second factor to do this with. Set one up first.',
  });
}
