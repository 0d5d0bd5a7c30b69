import { AppError } from '../../kernel/errors.ts';

export function invalidToken(): AppError {
  return new AppError({
    kind: 'unauthenticated',
    code: 'identity.invalid_token',
    safeMessage: 'Your sign-in has ended or is not valid. Sign in again.',
  });
}

/** One answer for a key that is unknown, revoked, expired or mistyped, or whose person may not come in any more. */
export function invalidApiKey(): AppError {
  return new AppError({
    kind: 'unauthenticated',
    code: 'identity.invalid_api_key',
    safeMessage: 'This API key is not valid here: it may be mistyped, revoked or expired.',
  });
}

export function organizationSuspended(reason: string): AppError {
  return new AppError({
    kind: 'forbidden',
    code: 'identity.organization_suspended',
    safeMessage: `This organization is suspended${reason === '' ? '' : `: ${reason}`}. Ask whoever runs this installation.`,
  });
}

/** `deleteAfter`: RFC 3339. */
export function organizationClosed(deleteAfter: string): AppError {
  return new AppError({
    kind: 'forbidden',
    code: 'identity.organization_closed',
    safeMessage: `This organization was closed and will be deleted after ${deleteAfter.slice(0, 10)}. Its admins can restore it.`,
    details: { deleteAfter },
  });
}

/** Nobody has said who they are. */
export function operatorSignInRequired(): AppError {
  return new AppError({
    kind: 'unauthenticated',
    code: 'identity.operator_required',
    safeMessage: 'This is for operators of the installation: send X-Admin-Secret, or sign in as one.',
  });
}

/** Somebody has signed in who is no operator. */
export function operatorRequired(): AppError {
  return new AppError({
    kind: 'forbidden',
    code: 'identity.operator_required',
    safeMessage: 'This is for operators of the installation.',
  });
}

export function invalidAdminSecret(): AppError {
  return new AppError({
    kind: 'unauthenticated',
    code: 'identity.invalid_admin_secret',
    safeMessage: 'The X-Admin-Secret is not right.',
  });
}

/** One sentence for a wrong password and for an unknown address. */
export function invalidCredentials(): AppError {
  return new AppError({
    kind: 'unauthenticated',
    code: 'identity.invalid_credentials',
    safeMessage: 'The e-mail address or the password is not right.',
  });
}

export function secondFactorSetupRequired(): AppError {
  return new AppError({
    kind: 'forbidden',
    code: 'identity.second_factor_setup_required',
    safeMessage: 'This organization lets people in with a second factor only. Set one up first.',
  });
}

export function csrfRequired(): AppError {
  return new AppError({
    kind: 'forbidden',
    code: 'identity.csrf_required',
    safeMessage:
      'A sign-in by cookie needs the csrfToken of the sign-in in the header X-CSRF-Token for this call.',
  });
}

export function organizationNotFound(): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'identity.organization_not_found',
    safeMessage: 'There is no such organization, or you do not belong to it.',
  });
}

export function noOrganization(): AppError {
  return new AppError({
    kind: 'forbidden',
    code: 'identity.no_organization',
    safeMessage: 'You belong to no organization any more. Ask an administrator to invite you.',
  });
}

export function registrationClosed(): AppError {
  return new AppError({
    kind: 'forbidden',
    code: 'identity.registration_closed',
    safeMessage: 'New accounts are made by invitation here. Ask an administrator.',
  });
}

export function emailTaken(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'identity.email_unavailable',
    safeMessage: 'An account cannot be made with this e-mail address. If it is yours, try to sign in.',
  });
}

/** One answer for an unknown, a used and an expired link. */
export function linkNotValid(): AppError {
  return new AppError({
    kind: 'gone',
    code: 'identity.link_not_valid',
    safeMessage: 'This sign-in link was used already, or it is too old. Ask for a new one.',
  });
}

export function tooManyAttempts(retryAfterSeconds: number): AppError {
  return new AppError({
    kind: 'rate_limited',
    code: 'identity.too_many_attempts',
    safeMessage: 'There were too many attempts. Wait a moment and try again.',
    retryable: true,
    retryAfterSeconds,
  });
}

export function userNotFound(): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'identity.user_not_found',
    safeMessage: 'There is no account with this e-mail address.',
  });
}

export function notAllowed(): AppError {
  return new AppError({
    kind: 'forbidden',
    code: 'identity.not_allowed',
    safeMessage: 'Only whoever runs this installation may do this.',
  });
}

export function invalidField(path: string, message: string): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'identity.invalid_account',
    safeMessage: message,
    errors: [{ path, message }],
  });
}
