import { STATUS_CODES } from 'node:http';
import { AppError, type ErrorKind, type FieldError, isAppError } from '../../kernel/errors.ts';

export const PROBLEM_TYPE = 'application/problem+json';

const STATUS: Readonly<Record<ErrorKind, number>> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  stale: 412,
  too_large: 413,
  unsupported_type: 415,
  invalid: 422,
  precondition_required: 428,
  rate_limited: 429,
  internal: 500,
  upstream: 502,
  unavailable: 503,
  out_of_space: 507,
};

/** RFC 9457 problem details, as every error leaves the server. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly requestId: string;
  readonly errors?: readonly FieldError[];
  readonly [extra: string]: unknown;
}

export function toProblem(error: AppError, requestId: string): Problem {
  const status = STATUS[error.kind];
  return {
    ...error.details,
    type: `urn:scriptorium:error:${error.code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: error.safeMessage,
    code: error.code,
    requestId,
    ...(error.errors ? { errors: error.errors } : {}),
  };
}

interface FrameworkError extends Error {
  readonly statusCode?: number;
  readonly code?: string;
  readonly validation?: readonly {
    readonly instancePath: string;
    readonly message?: string;
    readonly params: unknown;
  }[];
  readonly validationContext?: string;
}

/** Anything that was thrown, as an AppError: our own as it is, the framework's 4xx by meaning, the rest as an internal error. */
export function toAppError(thrown: unknown): AppError {
  if (isAppError(thrown)) return thrown;
  const error = thrown as FrameworkError;
  if (error.validation) return validationError(error);
  const status = error.statusCode ?? 500;
  if (status === 414) {
    return new AppError({
      kind: 'not_found',
      code: 'request.not_found',
      safeMessage: 'There is nothing at this address.',
      cause: thrown,
    });
  }
  if (status === 413) {
    return new AppError({
      kind: 'too_large',
      code: 'request.too_large',
      safeMessage: 'The request is larger than this endpoint accepts.',
      cause: thrown,
    });
  }
  if (status === 415) {
    return new AppError({
      kind: 'unsupported_type',
      code: 'request.unsupported_media_type',
      safeMessage: 'This endpoint does not accept that Content-Type.',
      cause: thrown,
    });
  }
  if (status === 429) {
    return new AppError({
      kind: 'rate_limited',
      code: 'request.rate_limited',
      safeMessage: 'Too many requests. Wait a moment and try again.',
      retryable: true,
      cause: thrown,
    });
  }
  if (status >= 400 && status < 500) {
    return new AppError({
      kind: 'malformed',
      code: 'request.malformed',
      safeMessage: 'The request cannot be understood.',
      cause: thrown,
    });
  }
  return new AppError({
    kind: 'internal',
    code: 'internal.error',
    safeMessage: 'Something went wrong on our side. It was logged under this request id.',
    cause: thrown,
  });
}

function validationError(error: FrameworkError): AppError {
  const errors = (error.validation ?? []).slice(0, 20).map(({ instancePath, message, params }) => ({
    path: instancePath + unknownField(params),
    message: message ?? 'is not valid',
  }));
  if (error.validationContext === 'params') {
    return new AppError({
      kind: 'not_found',
      code: 'request.not_found',
      safeMessage: 'There is nothing at this address.',
      cause: error,
    });
  }
  const inBody = error.validationContext === 'body';
  return new AppError({
    kind: inBody ? 'invalid' : 'malformed',
    code: inBody ? 'request.invalid_body' : 'request.invalid_parameters',
    safeMessage: `${inBody ? 'The body' : 'A parameter'} is not valid: ${errors.map(({ path, message }) => `${path || 'it'} ${message}`).join('; ')}.`,
    errors,
    cause: error,
  });
}

function unknownField(params: unknown): string {
  const name =
    typeof params === 'object' && params !== null && 'additionalProperty' in params
      ? params.additionalProperty
      : undefined;
  return typeof name === 'string' ? `/${name}` : '';
}
