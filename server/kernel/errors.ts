/**
 * The one error type that may cross a module's border. `kind` decides the HTTP status, the socket error and the exit
 * code; `code` is stable and dotted (`library.unsupported_format`); `safeMessage` is a sentence for the person who asked
 * and never holds a secret, a path or a stack.
 */
export type ErrorKind =
  | 'malformed' // 400: cannot be understood at all
  | 'unauthenticated' // 401
  | 'forbidden' // 403: only where existence is no secret
  | 'not_found' // 404: absent, or not yours
  | 'conflict' // 409
  | 'gone' // 410
  | 'stale' // 412: If-Match named an older version
  | 'too_large' // 413
  | 'unsupported_type' // 415
  | 'invalid' // 422: well-formed but breaks a rule
  | 'precondition_required' // 428
  | 'rate_limited' // 429
  | 'internal' // 500: our own fault
  | 'upstream' // 502: a server that we called failed
  | 'unavailable' // 503: try again later
  | 'out_of_space'; // 507

export interface FieldError {
  /** JSON pointer into the body, or the parameter's name. */
  readonly path: string;
  readonly message: string;
}

export interface AppErrorOptions {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly safeMessage: string;
  /** Whether the same call may succeed later without a change by the caller. */
  readonly retryable?: boolean;
  /** Extra members of the problem document; must be safe to show. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

export class AppError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly safeMessage: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly errors: readonly FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(options: AppErrorOptions) {
    super(`${options.code}: ${options.safeMessage}`, { cause: options.cause });
    this.name = 'AppError';
    this.kind = options.kind;
    this.code = options.code;
    this.safeMessage = options.safeMessage;
    this.retryable = options.retryable ?? false;
    this.details = options.details;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

export function isAppError(error: unknown): error is AppError {
  return error instanceof AppError;
}

/** For a `switch` that must be exhaustive: a new member of the union becomes a type error here. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
