import { problemFrom, unreachableServer } from './problem.ts';

/** One server-sent event with its JSON payload. */
export interface ServerEvent {
  /** `start`, `delta`, `citation`, `usage`, `error` or `done`. */
  readonly event: string;
  readonly data: unknown;
  /** The last id that was seen, to resume from; empty before the first. */
  readonly id: string;
}

/**
 * Parses an event stream as the HTML standard says (section 9.2.6), except that `data` is read as JSON and events
 * whose data is none are dropped. Ends with the stream; an event that was cut off is not delivered.
 */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  let id = '';
  let event = '';
  let data: string[] = [];
  for await (const line of lines(body)) {
    if (line === '') {
      const parsed = data.length > 0 ? parseJson(data.join('\n')) : undefined;
      if (parsed !== undefined) yield { event: event === '' ? 'message' : event, data: parsed, id };
      event = '';
      data = [];
      continue;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
  }
}

async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += value;
      // A CR at the very end may be the first half of CRLF: wait for what follows.
      const held = rest.endsWith('\r') ? '\r' : '';
      const complete = (held ? rest.slice(0, -1) : rest).split(/\r\n|\n|\r/);
      rest = (complete.pop() ?? '') + held;
      yield* complete;
    }
  } finally {
    // Leaving early closes the connection, which is how the server learns that nobody listens.
    await reader.cancel().catch(() => undefined);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface FollowOptions {
  readonly signal: AbortSignal;
  /** Opens the stream; called again with the last seen id after each break. */
  readonly open: (headers: Record<string, string>, signal: AbortSignal) => Promise<Response>;
  /** Milliseconds before the first new attempt; doubles up to thirty times that, with jitter. Default 1,000. */
  readonly retryMs?: number;
}

/**
 * Follows a resumable event stream until `signal` aborts, the server sends `done` or `error`, or refuses (4xx: throws
 * the problem). Broken connections and 5xx are tried again from the last seen event.
 */
export async function* followEvents(options: FollowOptions): AsyncGenerator<ServerEvent> {
  const base = options.retryMs ?? 1000;
  let lastId = '';
  let failures = 0;
  while (!options.signal.aborted) {
    try {
      for await (const event of openEvents(options, lastId)) {
        failures = 0;
        lastId = event.id;
        yield event;
        if (event.event === 'done' || event.event === 'error') return;
      }
    } catch (error) {
      if (options.signal.aborted) return;
      if (isRefusal(error)) throw error;
    }
    failures += 1;
    const ceiling = base * Math.min(30, 2 ** (failures - 1));
    await pause(ceiling / 2 + (Math.random() * ceiling) / 2, options.signal);
  }
}

async function* openEvents(options: FollowOptions, lastId: string): AsyncGenerator<ServerEvent> {
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  if (lastId !== '') headers['last-event-id'] = lastId;
  const response = await options.open(headers, options.signal);
  yield* eventsOf(response);
}

/** The events of an answer; throws its problem when it is not a success. */
export async function* eventsOf(response: Response): AsyncGenerator<ServerEvent> {
  if (!response.ok) throw problemFrom(response, await response.json().catch(() => undefined));
  if (response.body === null) throw unreachableServer(new Error('an event stream without a body'));
  yield* readEvents(response.body);
}

function isRefusal(error: unknown): boolean {
  const status = typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 0;
  return status >= 400 && status < 500 && status !== 429;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(finish, ms);
    signal.addEventListener('abort', finish, { once: true });
    function finish() {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    }
  });
}
