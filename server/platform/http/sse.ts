import { once } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { untilClientLeaves } from './client-left.ts';
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
 * Streams events (WHATWG server-sent events) until the source ends, the client leaves, the server stops or the access of
 * who asked ends; all of these abort the signal that the source was given. What the source throws after the first byte
 * becomes an `error` event, and so does the end of access (`identity.access_ended`, or why operators have closed it), for
 * which no source is waited for; before the first byte it is an ordinary problem document.
 */
export async function sendEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  source: (signal: AbortSignal) => AsyncIterable<ServerSentEvent>,
): Promise<void> {
  const { raw } = reply;
  const left = untilClientLeaves(reply);
  const access = request.server.liveAccess.watch(request);
  const signal = AbortSignal.any([left, request.server.stopping, access.signal]);
  const iterator = source(signal)[Symbol.asyncIterator]();
  let heartbeat: NodeJS.Timeout | undefined;
  try {
    const first = await nextUnless(access.signal, iterator);
    reply.hijack();
    raw.writeHead(200, {
      ...definedHeaders(reply),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    // Its answer has no content (RFC 9110, 9.3.2): there is nothing to wait for.
    if (request.method === 'HEAD') return;
    heartbeat = setInterval(() => raw.write(': keep-alive\n\n'), HEARTBEAT_MS);
    await sendFrom(first);
  } finally {
    access.release();
    clearInterval(heartbeat);
    // A source may be in the middle of something long: it hears the signal, and ends when it can.
    const ending = iterator.return?.();
    if (access.signal.aborted) ending?.catch((error: unknown) => request.log.debug({ err: error }, 'stream'));
    else await ending;
    if (reply.sent) {
      // Whoever has read the end may rely on it: the next request with the same Idempotency-Key is a new one.
      await request.beforeEnd?.();
      raw.end();
    }
  }

  async function sendFrom(first: IteratorResult<ServerSentEvent>): Promise<void> {
    try {
      for (let step = first; !step.done; step = await nextUnless(access.signal, iterator)) {
        if (signal.aborted) break;
        await write(reply, frame(step.value), signal);
      }
      access.signal.throwIfAborted();
    } catch (thrown) {
      if (left.aborted) return;
      const problem = toProblem(
        toAppError(access.signal.aborted ? access.signal.reason : thrown),
        request.id,
      );
      if (problem.status >= 500 && !access.signal.aborted)
        request.log.error({ err: thrown }, 'stream failed');
      raw.write(frame({ event: 'error', data: problem }));
    }
  }
}

/** The iterator's next step; rejects with the signal's reason as soon as that aborts. */
function nextUnless<T>(signal: AbortSignal, iterator: AsyncIterator<T>): Promise<IteratorResult<T>> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    iterator
      .next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
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
