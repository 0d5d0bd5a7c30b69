import { APICallError, InvalidResponseDataError } from '@ai-sdk/provider';
import { AppError } from '../../kernel/errors.ts';
import type { AiRole } from './port.ts';

export function aiNotConfigured(role: AiRole): AppError {
  return new AppError({
    kind: 'unavailable',
    code: 'ai.not_configured',
    safeMessage: `No model is set for this. Whoever runs this server can set AI_${role.toUpperCase()}.`,
  });
}

export function aiTimeout(): AppError {
  return new AppError({
    kind: 'unavailable',
    code: 'ai.timeout',
    safeMessage: 'The model took too long to answer. Try again in a moment.',
    retryable: true,
  });
}

export function aiRateLimited(retryAfterSeconds: number | undefined): AppError {
  return new AppError({
    kind: 'unavailable',
    code: 'ai.rate_limited',
    safeMessage: 'The model server is over its limit. Try again in a moment.',
    retryable: true,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

export function aiUnavailable(cause: Error): AppError {
  return new AppError({
    kind: 'unavailable',
    code: 'ai.unavailable',
    safeMessage: 'The model server could not be reached or broke off. Try again in a moment.',
    retryable: true,
    cause,
  });
}

/** The server is there but will not take the call: a wrong key, an unknown model, a text that is too long for it. */
export function aiRefusedCall(status: number): AppError {
  return new AppError({
    kind: 'unavailable',
    code: 'ai.unavailable',
    safeMessage: `The model server did not accept the request (status ${status}). Whoever runs this server can check the model's name and key.`,
  });
}

export function aiMalformedOutput(what: string): AppError {
  return new AppError({
    kind: 'upstream',
    code: 'ai.malformed_output',
    safeMessage: 'The model server answered with something that cannot be read. Try again in a moment.',
    retryable: true,
    cause: new Error(what),
  });
}

/** What to do about a failed try. */
export interface Failure {
  readonly error: AppError;
  /** Whether the same call may be tried again at once. */
  readonly again: boolean;
  /** How long the server asks us to wait. */
  readonly retryAfterMs: number | undefined;
  /** For the log: never an address, a header, or a body. */
  readonly summary: string;
}

/**
 * Reads what a provider package threw or streamed as an error. Those errors carry the address, the headers and the whole
 * prompt, so nothing of them is kept but the status and the network code.
 */
export function readFailure(error: unknown, now: Date): Failure {
  if (error instanceof AppError) return failure(error, false, error.code);
  if (APICallError.isInstance(error)) return readCallError(error, now);
  if (InvalidResponseDataError.isInstance(error))
    return failure(aiUnavailable(new Error('incomplete response')), true, 'incomplete response');
  const status = statusOf(error);
  if (status !== undefined) return byStatus(status, undefined);
  // Errors of the network come as APICallError, an error event of the server as a plain object; what is left is a
  // response that the provider package could not understand.
  if (error instanceof Error) return failure(aiMalformedOutput(error.name), true, error.name);
  return failure(aiUnavailable(new Error('error event')), true, 'error event');
}

function readCallError(error: APICallError, now: Date): Failure {
  const network = networkCode(error);
  if (network === 'UND_ERR_CONNECT_TIMEOUT' || network === 'UND_ERR_HEADERS_TIMEOUT')
    return failure(aiTimeout(), true, network);
  if (network !== undefined) return failure(aiUnavailable(new Error(network)), true, network);
  const status = error.statusCode;
  if (status === undefined) return failure(aiUnavailable(new Error('no connection')), true, 'no connection');
  if (status < 300) return failure(aiMalformedOutput('invalid body'), true, 'invalid body');
  return byStatus(status, retryAfter(error.responseHeaders, now));
}

function byStatus(status: number, retryAfterMs: number | undefined): Failure {
  const summary = `status ${status}`;
  if (status === 429) {
    const seconds = retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1000);
    return { error: aiRateLimited(seconds), again: true, retryAfterMs, summary };
  }
  if (status === 408 || status >= 500)
    return { error: aiUnavailable(new Error(summary)), again: true, retryAfterMs, summary };
  return failure(aiRefusedCall(status), false, summary);
}

function failure(error: AppError, again: boolean, summary: string): Failure {
  return { error, again, retryAfterMs: undefined, summary };
}

/** The system's code of a broken connection, anywhere down the chain of causes. */
function networkCode(error: Error): string | undefined {
  let current: unknown = error;
  for (let depth = 0; depth < 8 && current instanceof Error; depth++) {
    if (
      'code' in current &&
      typeof current.code === 'string' &&
      /^(E[A-Z]+|UND_ERR_[A-Z_]+)$/.test(current.code)
    )
      return current.code;
    current = current.cause;
  }
  return undefined;
}

/** The status in an error event: `{ statusCode }` of the provider packages or `{ code: 429 }` of OpenAI-compatible servers. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  for (const value of ['statusCode' in error && error.statusCode, 'code' in error && error.code]) {
    if (typeof value === 'number' && value >= 400 && value < 600) return value;
  }
  return undefined;
}

/** `Retry-After` in seconds or as a date (RFC 9110, 10.2.3), as milliseconds from now. */
function retryAfter(headers: Readonly<Record<string, string>> | undefined, now: Date): number | undefined {
  const value = headers?.['retry-after'];
  if (value === undefined) return undefined;
  const milliseconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now.getTime();
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined;
}
