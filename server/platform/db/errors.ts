import { AppError, isAppError } from '../../kernel/errors.ts';

interface DatabaseErrorShape {
  readonly code: string;
  readonly constraint?: string;
  readonly message: string;
}

function isDatabaseError(error: unknown): error is DatabaseErrorShape {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

/** Whether a statement broke a unique constraint (by name, where one is given). */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return (
    isDatabaseError(error) &&
    error.code === '23505' &&
    (constraint === undefined || error.constraint === constraint)
  );
}

/** Whether a statement named a row that is not there (or not the tenant's). */
export function isForeignKeyViolation(error: unknown, constraint?: string): boolean {
  return (
    isDatabaseError(error) &&
    error.code === '23503' &&
    (constraint === undefined || error.constraint === constraint)
  );
}

/** SQLSTATE classes and driver codes that say "not now" rather than "wrong" (PostgreSQL appendix A; Node's network errors). */
const UNAVAILABLE = /^(08|53|57P|55P03|40001|40P01|57014|25P03|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH)/;
const UNAVAILABLE_MESSAGE =
  /timeout exceeded when trying to connect|connection terminated|connection ended|not queryable|is closed|pool after calling end/i;

/** Turns a lost, busy or full database into 503/507; leaves every other error as it is. */
export function translateDatabaseError(error: unknown): unknown {
  if (isAppError(error) || !(error instanceof Error)) return error;
  const code = isDatabaseError(error) ? error.code : '';
  if (code === '53100' || code === 'ENOSPC' || /no space left on device/i.test(error.message)) {
    return new AppError({
      kind: 'out_of_space',
      code: 'database.out_of_space',
      safeMessage: 'The server has no disk space left. Nothing was changed; try again once space was freed.',
      retryable: true,
      retryAfterSeconds: 30,
      cause: error,
    });
  }
  if (UNAVAILABLE.test(code) || UNAVAILABLE_MESSAGE.test(error.message)) {
    return new AppError({
      kind: 'unavailable',
      code: 'database.unavailable',
      safeMessage: 'The database does not answer right now. Nothing was changed; try again in a moment.',
      retryable: true,
      retryAfterSeconds: 2,
      cause: error,
    });
  }
  return error;
}
