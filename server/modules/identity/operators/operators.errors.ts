import { AppError } from '../../../kernel/errors.ts';

export function userNotFound(): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'identity.user_not_found',
    safeMessage: 'There is no such account.',
  });
}

export function organizationNotFound(): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'identity.organization_not_found',
    safeMessage: 'There is no such organization.',
  });
}

/** So that the last operator does not shut themselves out by a slip. */
export function ownAccount(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'identity.own_account',
    safeMessage: 'Another operator has to do this with your own account.',
  });
}

export function accountDisabled(): AppError {
  return new AppError({
    kind: 'forbidden',
    code: 'identity.account_disabled',
    safeMessage: 'This account is disabled. Ask whoever runs this installation.',
  });
}
