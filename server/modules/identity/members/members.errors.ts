import { AppError } from '../../../kernel/errors.ts';

export function memberNotFound(): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'identity.member_not_found',
    safeMessage: 'There is no such member in this organization.',
  });
}

export function lastAdmin(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'identity.last_admin',
    safeMessage:
      'An organization always has an admin: make somebody else an admin first, or close the organization.',
  });
}

export function directoryClosed(): AppError {
  return new AppError({
    kind: 'forbidden',
    code: 'identity.member_directory_closed',
    safeMessage: 'Only the admins of this organization see who belongs to it.',
  });
}

export function adminRequired(): AppError {
  return new AppError({
    kind: 'forbidden',
    code: 'identity.role_required',
    safeMessage: 'This needs the role admin or higher in the organization.',
    details: { minimumRole: 'admin' },
  });
}
