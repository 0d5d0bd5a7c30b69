import type { FastifyReply } from 'fastify';
import { AppError } from '../../kernel/errors.ts';

/**
 * Aborts when the client closes the connection before its answer is complete. What stops for that has not failed: the reason
 * is an error that nobody is shown and nobody has to look into.
 */
export function untilClientLeaves({ raw }: FastifyReply): AbortSignal {
  const left = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) left.abort(clientLeft());
  });
  return left.signal;
}

function clientLeft(): AppError {
  return new AppError({
    kind: 'malformed',
    code: 'request.client_left',
    safeMessage: 'The connection was closed before the answer was complete.',
  });
}
