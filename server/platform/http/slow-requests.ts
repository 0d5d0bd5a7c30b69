import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerBrokenRequest } from './broken-requests.ts';

/** How slowly a request may arrive. Milliseconds. */
export interface ArrivalLimits {
  /** For all headers. */
  readonly headersMs: number;
  /** How often the progress of headers and bodies is looked at. */
  readonly checkMs: number;
  /** A body must grow by `bodyBytes` from one look to the next, or be complete. */
  readonly bodyBytes: number;
}

/** 200 bytes a second are less than any modem; a body of an ordinary call has to be there within two looks. */
export const ARRIVAL_LIMITS: ArrivalLimits = { headersMs: 20_000, checkMs: 10_000, bodyBytes: 2_000 };

/**
 * Cuts bodies that trickle (slowloris, R.U.D.Y.), where a limit on the whole time would cut honest large uploads. A body
 * that waits for us to read it is not slow.
 */
export function createBodyWatch(limits: ArrivalLimits) {
  return async ({ raw }: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (raw.headers['transfer-encoding'] === undefined && (raw.headers['content-length'] ?? '0') === '0')
      return;
    const { socket } = raw;
    let before = socket.bytesRead;
    const timer = setInterval(() => {
      const { bytesRead } = socket;
      if (raw.complete || socket.destroyed) clearInterval(timer);
      else if (bytesRead - before < limits.bodyBytes && raw.readableLength === 0) {
        clearInterval(timer);
        // A refusal is sent before its body is read; the rest of that body gets no second answer.
        if (reply.raw.headersSent) socket.destroy();
        else answerBrokenRequest({ code: 'ERR_HTTP_REQUEST_TIMEOUT' }, socket);
      }
      before = bytesRead;
    }, limits.checkMs);
    timer.unref();
    raw.once('close', () => clearInterval(timer));
    raw.once('end', () => clearInterval(timer));
  };
}
