import { describe, expect, test, vi } from 'vitest';
import type { Answer } from '../../../../client/index.ts';
import { createAskSession, type OpenAnswer } from './ask-session.ts';
import { partsOf } from './parts.ts';

const citation = {
  type: 'source',
  id: 'id',
  title: 'Minutes',
  version: 1,
  start: 0,
  end: 5,
  quote: 'quote',
};

const answer: Answer = {
  answer: 'It rained. Nobody knows why.',
  sentences: [
    { start: 0, end: 10, supported: true, citations: [0] },
    { start: 11, end: 28, supported: false, citations: [] },
  ],
  citations: [citation],
  provider: 'extractive',
  grounded: false,
  outcome: 'answered',
  usage: null,
};

function frames(...events: readonly (readonly [string, unknown])[]): string {
  return events.map(([event, data]) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`).join('');
}

function opens(text: string): OpenAnswer {
  return async () => new Response(text, { headers: { 'content-type': 'text/event-stream' } });
}

async function ended(session: ReturnType<typeof createAskSession>) {
  await vi.waitUntil(() => session.snapshot()[0]?.state !== 'streaming');
  const [turn] = session.snapshot();
  if (turn === undefined) throw new Error('nothing was asked');
  return turn;
}

describe('asking', () => {
  test('an answer grows, and is replaced by the judged whole', async () => {
    const session = createAskSession(
      opens(
        frames(
          ['start', { provider: 'extractive' }],
          ['delta', { text: 'It rained.' }],
          ['citation', { index: 0, at: 10, citation }],
          ['done', answer],
        ),
      ),
    );
    session.ask('Did it rain?', undefined);
    const turn = await ended(session);
    expect(turn).toMatchObject({ state: 'done', provider: 'extractive', marks: [{ index: 0, at: 10 }] });
    expect(partsOf(turn)).toEqual([
      { start: 0, text: 'It rained.', citations: [0], unsupported: false },
      { start: 10, text: ' ', citations: [], unsupported: false },
      { start: 11, text: 'Nobody knows why.', citations: [], unsupported: true },
    ]);
  });

  test('while it streams, citations stand where they came', async () => {
    const text = frames(['delta', { text: 'One. Two.' }], ['citation', { index: 0, at: 4, citation }]);
    const session = createAskSession(opens(text));
    session.ask('q', undefined);
    const turn = await ended(session);
    expect(turn.state).toBe('failed');
    expect(partsOf(turn)).toEqual([
      { start: 0, text: 'One.', citations: [0], unsupported: false },
      { start: 4, text: ' Two.', citations: [], unsupported: false },
    ]);
  });

  test('that nothing was found is no claim that would need support', async () => {
    const nothing: Answer = {
      ...answer,
      answer: 'Nothing found.',
      sentences: [{ start: 0, end: 14, supported: false, citations: [] }],
      citations: [],
      outcome: 'nothing_found',
    };
    const session = createAskSession(opens(frames(['done', nothing])));
    session.ask('q', undefined);
    expect(partsOf(await ended(session)).some((part) => part.unsupported)).toBe(false);
  });

  test('an error event keeps what was said so far and says what happened', async () => {
    const text = frames(
      ['delta', { text: 'It' }],
      ['error', { status: 503, code: 'ai.timeout', detail: 'Too slow.' }],
    );
    const session = createAskSession(opens(text));
    session.ask('q', undefined);
    expect(await ended(session)).toMatchObject({
      state: 'failed',
      text: 'It',
      error: { code: 'ai.timeout', message: 'Too slow.' },
    });
  });

  test('events of an unknown or wrong shape change nothing', async () => {
    const text = frames(
      ['delta', { text: 5 }],
      ['citation', null],
      ['later', {}],
      ['done', { answer: 'x' }],
      ['done', answer],
    );
    const session = createAskSession(opens(text));
    session.ask('q', undefined);
    expect(await ended(session)).toMatchObject({ state: 'done', text: answer.answer });
  });

  test('stopping closes the request and keeps what is there', async () => {
    let closed = false;
    const open: OpenAnswer = async (_body, signal) => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(frames(['delta', { text: 'Half' }])));
          signal.addEventListener('abort', () => {
            closed = true;
            controller.error(signal.reason);
          });
        },
      });
      return new Response(body);
    };
    const session = createAskSession(open);
    session.ask('q', undefined);
    await vi.waitUntil(() => session.snapshot()[0]?.text === 'Half');
    session.stop();
    expect(await ended(session)).toMatchObject({ state: 'stopped', text: 'Half' });
    expect(closed).toBe(true);
  });

  test('a new question ends the one before, and the newest stands first', async () => {
    const asked: string[] = [];
    const open: OpenAnswer = (body, signal) => {
      asked.push(body.question);
      if (body.question === 'second') return opens(frames(['done', answer]))(body, signal);
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    };
    const session = createAskSession(open);
    session.ask('first', undefined);
    session.ask('second', 'collection');
    await ended(session);
    await vi.waitUntil(() => session.snapshot()[1]?.state === 'stopped');
    expect(asked).toEqual(['first', 'second']);
    expect(session.snapshot().map((turn) => turn.question)).toEqual(['second', 'first']);
  });
});
