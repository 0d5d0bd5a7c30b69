import { once } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { toAppError, toProblem } from './problem.ts';

/** One event of a stream. `data` is one JSON object; JSON.stringify leaves no raw line break that could break the frame. */
export interface ServerSentEvent {
  readonly event: 'start' | 'delta' | 'citation' | 'usage' | 'error' | 'done';
  readonly data: object;
  /** What a client sends back as `Last-Event-ID`. */
  readonly id?: string;
}

const HEARTBEAT_MS = 15_000;

/**
 * Streams events (WHATWG server-sent events) until the source ends, the client leaves or the server stops; leaving aborts
 * the signal that the source was given. What the source throws after the first byte becomes an `error` event; before it,
 * an ordinary problem document.
 */
export async function sendEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  source: (signal: AbortSignal) => AsyncIterable<ServerSentEvent>,
): Promise<void> {
  const left = new AbortController();
  const { raw } = reply;
  raw.on('close', () => left.abort(new Error('the client left')));
  const signal = AbortSignal.any([left.signal, request.server.stopping]);
  const iterator = source(signal)[Symbol.asyncIterator]();
  const first = await iterator.next();

  reply.hijack();
  raw.writeHead(200, {
    ...definedHeaders(reply),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  const heartbeat = setInterval(() => raw.write(': keep-alive\n\n'), HEARTBEAT_MS);
  try {
    for (let next = first; !next.done; next = await iterator.next()) {
      if (signal.aborted) break;
      await write(reply, frame(next.value), signal);
    }
  } catch (thrown) {
    if (!left.signal.aborted) {
      const problem = toProblem(toAppError(thrown), request.id);
      if (problem.status >= 500) request.log.error({ err: thrown }, 'stream failed');
      raw.write(frame({ event: 'error', data: problem }));
    }
  } finally {
    clearInterval(heartbeat);
    await iterator.return?.();
    raw.end();
  }
}

function frame({ event, data, id }: ServerSentEvent): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

async function write(reply: FastifyReply, text: string, signal: AbortSignal): Promise<void> {
  if (reply.raw.write(text)) return;
  await once(reply.raw, 'drain', { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

function definedHeaders(reply: FastifyReply): Record<string, string | number | string[]> {
  return Object.fromEntries(
    Object.entries(reply.getHeaders()).filter(
      (entry): entry is [string, string | number | string[]] => entry[1] !== undefined,
    ),
  );
}
