import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventsOf, followEvents, readEvents, type ServerEvent } from './events.ts';
import { ProblemError } from './problem.ts';

function streamOf(chunks: readonly string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(encoder.encode(chunk));
      controller.close();
    },
  });
}

async function collect(events: AsyncIterable<ServerEvent>): Promise<ServerEvent[]> {
  const all: ServerEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe('reading an event stream', () => {
  test('names, ids and several data lines', async () => {
    const stream = streamOf([
      'id: 1\nevent: start\ndata: {"a":\ndata: 1}\n\n',
      ': heartbeat\n\n',
      'data: [2]\n\n',
    ]);
    expect(await collect(readEvents(stream))).toEqual([
      { event: 'start', data: { a: 1 }, id: '1' },
      { event: 'message', data: [2], id: '1' },
    ]);
  });

  test('what is no JSON, and an event that was cut off, are left out', async () => {
    const stream = streamOf(['data: oops\n\n', 'data: true\n\n', 'data: {"cut":']);
    expect(await collect(readEvents(stream))).toEqual([{ event: 'message', data: true, id: '' }]);
  });

  test('an id with NUL does not count', async () => {
    const stream = streamOf(['id: good\ndata: 1\n\nid: b\0d\ndata: 2\n\n']);
    expect((await collect(readEvents(stream))).map((event) => event.id)).toEqual(['good', 'good']);
  });

  test('however the bytes arrive and lines end, the events are the same', async () => {
    const event = fc.record({ id: fc.stringMatching(/^[a-z0-9]{1,8}$/), data: fc.jsonValue() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 5 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.integer({ min: 1, max: 7 }),
        async (events, newline, size) => {
          const text = events
            .map(({ id, data }) => `id: ${id}${newline}data: ${JSON.stringify(data)}${newline}${newline}`)
            .join('');
          // Cut between bytes, not characters: a letter of several bytes may be split.
          const bytes = new TextEncoder().encode(text);
          const stream = new ReadableStream<Uint8Array>({
            start(controller) {
              for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
              controller.close();
            },
          });
          const read = await collect(readEvents(stream));
          const wanted = events.map(({ id, data }) => ({ id, data: JSON.parse(JSON.stringify(data)) }));
          // A carriage return at the very end of a stream stays undecided, so the last event may wait for ever.
          const complete = newline === '\r' ? wanted.slice(0, read.length) : wanted;
          expect(read.map(({ id, data }) => ({ id, data }))).toEqual(complete);
          expect(read.length).toBeGreaterThanOrEqual(events.length - 1);
        },
      ),
    );
  });

  test('a refusal becomes its problem', async () => {
    const body = JSON.stringify({ code: 'ai.timeout', detail: 'The model did not answer in time.' });
    const events = eventsOf(new Response(body, { status: 503, headers: { 'retry-after': '7' } }));
    const error = await collect(events).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ status: 503, code: 'ai.timeout', retryAfter: 7 });
  });
});

describe('following a stream', () => {
  test('goes on after a break from the last event that was seen, and ends with `done`', async () => {
    const asked: (string | undefined)[] = [];
    const answers = [
      () => new Response(streamOf(['id: 1\nevent: delta\ndata: 1\n\n'])),
      () => new Response(null, { status: 502 }),
      () => new Response(streamOf(['id: 2\nevent: done\ndata: 2\n\n', 'id: 3\ndata: 3\n\n'])),
    ];
    const open = async (headers: Record<string, string>) => {
      asked.push(headers['last-event-id']);
      return answers.shift()?.() ?? new Response(null, { status: 404 });
    };
    const events = await collect(followEvents({ signal: new AbortController().signal, open, retryMs: 1 }));
    expect(events.map((event) => event.data)).toEqual([1, 2]);
    expect(asked).toEqual([undefined, '1', '1']);
  });

  test('a refusal ends it', async () => {
    const open = async () => new Response('{}', { status: 404 });
    const following = collect(followEvents({ signal: new AbortController().signal, open, retryMs: 1 }));
    await expect(following).rejects.toMatchObject({ status: 404 });
  });

  test('an abort while waiting ends it without an error', async () => {
    const stop = new AbortController();
    const open = async () => {
      queueMicrotask(() => stop.abort());
      return new Response(null, { status: 503 });
    };
    expect(await collect(followEvents({ signal: stop.signal, open, retryMs: 60_000 }))).toEqual([]);
  });
});
