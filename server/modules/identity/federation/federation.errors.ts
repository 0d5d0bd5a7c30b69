import { AppError, type ErrorKind } from '../../../kernel/errors.ts';

/**
 * Why a sign-in by an identity provider did not succeed. The browser is sent to the sign-in page with the code, and the page asks
 * for the sentence: a sentence that came in the address could be anybody's.
 */
export const SIGN_IN_FAILURES = {
  'federation.flow_ended': {
    kind: 'gone',
    message: 'This sign-in was used already, took too long, or began in another browser. Start again.',
  },
  'federation.refused_by_provider': {
    kind: 'unauthenticated',
    message: 'The identity provider did not confirm the sign-in. Start again, or ask whoever runs it.',
  },
  'federation.answer_not_valid': {
    kind: 'unauthenticated',
    message: 'What the identity provider sent could not be trusted, so nobody was signed in. Start again.',
  },
  'federation.provider_unavailable': {
    kind: 'upstream',
    message: 'The identity provider does not answer as it should. Try again later, or sign in another way.',
  },
  'federation.email_not_verified': {
    kind: 'forbidden',
    message:
      'The identity provider does not say that your e-mail address is verified. Verify it there, then sign in again.',
  },
  'federation.domain_not_allowed': {
    kind: 'forbidden',
    message: 'This way of signing in is not for e-mail addresses of your domain.',
  },
  'federation.account_exists': {
    kind: 'conflict',
    message:
      'There may be an account with your e-mail address already. Sign in to it as usual and connect the identity provider in your profile.',
  },
  'federation.account_required': {
    kind: 'forbidden',
    message:
      'No account here is connected with yours at the identity provider. If you have one, sign in to it as usual and connect the identity provider in your profile; otherwise ask to be invited.',
  },
  'federation.no_access': {
    kind: 'forbidden',
    message: 'Your account at the identity provider gives no access here. Ask whoever runs it.',
  },
  'federation.linked_to_another': {
    kind: 'conflict',
    message: 'This account of the identity provider belongs to somebody else here.',
  },
  'federation.session_ended': {
    kind: 'unauthenticated',
    message: 'You were signed out meanwhile, so nothing was connected. Sign in and start again.',
  },
  'federation.sign_in_failed': {
    kind: 'internal',
    message:
      'The sign-in did not succeed. Start again, and tell whoever runs this installation if it stays so.',
  },
} as const satisfies Record<string, { readonly kind: ErrorKind; readonly message: string }>;

export type SignInFailure = keyof typeof SIGN_IN_FAILURES;

/** A failure with its sentence; `cause` is for the log. */
export function signInFailure(code: SignInFailure, cause?: unknown): AppError {
  const { kind, message } = SIGN_IN_FAILURES[code];
  return new AppError({ kind, code, safeMessage: message, cause });
}

export function isSignInFailure(code: string): code is SignInFailure {
  return Object.hasOwn(SIGN_IN_FAILURES, code);
}

export function providerNotFound(): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'federation.provider_not_found',
    safeMessage: 'There is no such identity provider.',
  });
}

export function invalidProvider(path: string, message: string): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'federation.invalid_provider',
    safeMessage: message,
    errors: [{ path, message }],
  });
}

export function providerTaken(field: 'slug' | 'issuer'): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'federation.provider_exists',
    safeMessage:
      field === 'slug'
        ? 'There is another identity provider with this slug.'
        : 'Bearer tokens of this issuer are accepted by another identity provider already.',
  });
}

export function staleProvider(currentVersion: number): AppError {
  return new AppError({
    kind: 'stale',
    code: 'federation.provider_changed',
    safeMessage: `The identity provider was changed meanwhile; it is at version ${currentVersion}.`,
    details: { currentVersion },
  });
}

export function identityNotFound(): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'federation.identity_not_found',
    safeMessage: 'Your account is not connected to this identity provider.',
  });
}

export function lastSignInMethod(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'federation.last_sign_in_method',
    safeMessage: 'This is the only way in which you can sign in. Set a password first.',
  });
}

export function noProviderLeadsHere(): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'federation.no_provider',
    safeMessage: 'No identity provider leads to this organization, so nobody could reach it any more.',
  });
}

/** One answer for whatever is wrong with a message: strangers learn nothing from it. */
export function webhookRefused(): AppError {
  return new AppError({
    kind: 'unauthenticated',
    code: 'federation.webhook_refused',
    safeMessage: 'The message is not signed as it should be, or it is too old.',
  });
}

export function webhookNotUnderstood(message: string): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'federation.webhook_not_understood',
    safeMessage: message,
  });
}

/** One answer for whatever is wrong with a logout token; 400, as Back-Channel Logout 1.0, 2.8 says. */
export function logoutRefused(): AppError {
  return new AppError({
    kind: 'malformed',
    code: 'federation.logout_refused',
    safeMessage: 'This is no logout token of the identity provider, or it is too old.',
  });
}

export function unknownFailure(): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'request.not_found',
    safeMessage: 'There is nothing at this address.',
  });
}

export function signInThereFirst(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'federation.sign_in_there_first',
    safeMessage:
      'Sign in through one of the organization’s identity providers first, so that you do not lock yourself out.',
  });
}

export function ssoRequired(): AppError {
  return new AppError({
    kind: 'forbidden',
    code: 'identity.sso_required',
    safeMessage:
      'The way in which you signed in does not lead to this organization. Sign in through its identity provider, or with your password where it takes one.',
  });
}
