import { AppError, isAppError } from '../../kernel/errors.ts';

/**
 * One sentence for a name that does not exist, a private address, a port and a scheme: who asks must not learn which
 * names and addresses there are inside. The cause is for the log.
 */
export function outboundRefused(reason: string, cause?: unknown): AppError {
  return new AppError({
    kind: 'invalid',
    code: 'outbound.refused',
    safeMessage: 'This server does not call that address. It must be a public https address that exists.',
    cause: new Error(reason, { cause }),
  });
}

/** One sentence for a closed port, a filtered one, a broken TLS handshake, a broken answer and one that takes too long. */
export function outboundFailed(cause: unknown): AppError {
  return new AppError({
    kind: 'upstream',
    code: 'outbound.failed',
    safeMessage: 'The other server could not be reached, or did not answer properly in time.',
    retryable: true,
    cause,
  });
}

export function answerTooLarge(maxBytes: number): AppError {
  return new AppError({
    kind: 'upstream',
    code: 'outbound.failed',
    safeMessage: 'The other server answered with more than is read.',
    cause: new Error(`more than ${maxBytes} bytes`),
  });
}

export function tooManyRedirects(): AppError {
  return new AppError({
    kind: 'upstream',
    code: 'outbound.failed',
    safeMessage: 'The other server sent on to another address too often.',
  });
}

/** What went wrong, as callers of the door see it: our own errors from anywhere down the chain of causes. */
export function toOutboundError(thrown: unknown): AppError {
  let error = thrown;
  for (let depth = 0; depth < 8 && error instanceof Error; depth++) {
    if (isAppError(error)) return error;
    error = error.cause;
  }
  return outboundFailed(thrown);
}
