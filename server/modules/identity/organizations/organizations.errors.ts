import { AppError } from '../../../kernel/errors.ts';

export function organizationChanged(currentVersion: number): AppError {
  return new AppError({
    kind: 'stale',
    code: 'identity.organization_changed',
    safeMessage: `The organization was changed meanwhile; it is at version ${currentVersion}.`,
    details: { currentVersion },
  });
}

export function notClosed(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'identity.organization_not_closed',
    safeMessage: 'This organization is not closed: there is nothing to restore.',
  });
}

export function tooManyOrganizations(most: number): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'identity.too_many_organizations',
    safeMessage: `You are the admin of ${most} organizations, and may make no more. Close or hand over one, or ask whoever runs this installation.`,
    details: { most },
  });
}

export function organizationsByOperators(): AppError {
  return new AppError({
    kind: 'forbidden',
    code: 'identity.organizations_by_operators',
    safeMessage: 'Organizations are made by whoever runs this installation. Ask them for one.',
  });
}

/** Whoever demands a second factor of others has one, so that they do not lock themselves out. */
export function ownSecondFactorFirst(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'identity.own_second_factor_first',
    safeMessage: 'Set up your own second factor first.',
  });
}

export function exportNotFound(): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'identity.export_not_found',
    safeMessage: 'There is no such export, or it has expired.',
  });
}

export function exportNotReady(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'identity.export_not_ready',
    safeMessage: 'The archive is not made yet.',
    retryable: true,
    retryAfterSeconds: 5,
  });
}

export function exportRunning(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'identity.export_running',
    safeMessage: 'An export of this organization is being made already.',
    retryable: true,
    retryAfterSeconds: 30,
  });
}
