/** A refusal or failure of the server: RFC 9457 problem details as an error that can be thrown. */
export class ProblemError extends Error {
  /** HTTP status; 0 when the server could not be reached at all. */
  readonly status: number;
  /** Stable and dotted, for example `library.unsupported_format`. */
  readonly code: string;
  readonly requestId: string | undefined;
  readonly errors: readonly FieldProblem[];
  /** Seconds, from `Retry-After`. */
  readonly retryAfter: number | undefined;
  /** With `identity.second_factor_required`: what the code is given with, to `/auth/login/second-factor`. */
  readonly challenge: string | undefined;

  constructor(details: ProblemDetails) {
    super(details.detail);
    this.name = 'ProblemError';
    this.status = details.status;
    this.code = details.code;
    this.requestId = details.requestId;
    this.errors = details.errors ?? [];
    this.retryAfter = details.retryAfter;
    this.challenge = details.challenge;
  }
}

export interface FieldProblem {
  /** JSON pointer into the body, or the parameter's name. */
  readonly path: string;
  readonly message: string;
}

export interface ProblemDetails {
  readonly status: number;
  readonly code: string;
  /** A sentence for a person. */
  readonly detail: string;
  readonly requestId?: string | undefined;
  readonly errors?: readonly FieldProblem[] | undefined;
  readonly retryAfter?: number | undefined;
  readonly challenge?: string | undefined;
}

/** Reads the problem out of a failed response whose body was parsed already (or could not be). */
export function problemFrom(response: Response, body: unknown): ProblemError {
  const problem = isRecord(body) ? body : {};
  return new ProblemError({
    status: response.status,
    code: text(problem.code) ?? `http.${response.status}`,
    detail: text(problem.detail) ?? text(problem.title) ?? `The server answered ${response.status}.`,
    requestId: text(problem.requestId) ?? response.headers.get('x-request-id') ?? undefined,
    errors: Array.isArray(problem.errors) ? problem.errors.filter(isFieldProblem) : [],
    retryAfter: seconds(response.headers.get('retry-after')),
    challenge: text(problem.challenge),
  });
}

/** The server could not be reached: no network, a refused connection, a broken answer. */
export function unreachableServer(cause: unknown): ProblemError {
  const error = new ProblemError({
    status: 0,
    code: 'client.unreachable',
    detail: 'The server cannot be reached. Check that it runs and that you are connected.',
  });
  error.cause = cause;
  return error;
}

function isFieldProblem(value: unknown): value is FieldProblem {
  return isRecord(value) && typeof value.path === 'string' && typeof value.message === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function seconds(header: string | null): number | undefined {
  const value = Number(header ?? Number.NaN);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}
