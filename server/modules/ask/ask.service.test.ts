import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OrganizationActor, publicActor } from '../../kernel/actor.ts';
import { type AskWorld, createAskWorld, withRole } from '../../testing/ask-world.ts';
import type { RecordedRequest } from '../../testing/model-server.ts';
import type { AskEvent, AskModule } from './index.ts';

const TEXT = `The Director reports to the Deputy Minister of Finance. The office has 31 employees.

The ferry to Orsey leaves at “half past seven” every morning,
weather permitting.`;

let world: AskWorld;
let actor: OrganizationActor;
let documentId: string;

beforeAll(async () => {
  world = await createAskWorld();
});
afterAll(async () => {
  await world.close();
});
beforeEach(async () => {
  actor = await world.organization();
  documentId = world.put(actor, 'Organization of the office', TEXT);
});
afterEach(() => {
  world.server.always({ kind: 'answer', text: 'NOTHING_FOUND' });
});

const never = new AbortController().signal;

function ask(module: AskModule, question: string, who: OrganizationActor = actor) {
  return module.api.ask(who, { question }, never);
}

function answering(text: string | ((request: RecordedRequest) => string)): void {
  world.server.always({ kind: 'answer', text, chunk: 3, usage: { input: 100, output: 20 } });
}

function promptOf(request: RecordedRequest | undefined): string {
  return JSON.stringify(request?.body);
}

describe('with a model', () => {
  test('answers with checked citations, exact to the character', async () => {
    answering(
      'The director reports to the Deputy Minister [1: "reports to the Deputy Minister of Finance"]. The ferry leaves at half past seven [2: "leaves at "half past seven" every morning, weather permitting"].',
    );
    const view = await ask(
      world.withModel,
      'To whom does the director report, and when does the ferry leave?',
    );
    expect(view).toMatchObject({
      answer: 'The director reports to the Deputy Minister. The ferry leaves at half past seven.',
      provider: 'openai:test-model',
      grounded: true,
      outcome: 'answered',
      usage: { inputTokens: 100, outputTokens: 20, costMicros: null },
      sentences: [
        { start: 0, end: 44, supported: true, citations: [0] },
        { supported: true, citations: [1] },
      ],
    });
    expect(view.citations.map((citation) => citation.quote)).toEqual([
      'reports to the Deputy Minister of Finance',
      'leaves at “half past seven” every morning,\nweather permitting',
    ]);
    for (const { id, start, end, quote, version } of view.citations) {
      expect([id, version]).toEqual([documentId, 1]);
      expect(TEXT.slice(start, end)).toBe(quote);
    }
  });

  test('marks sentences whose quote is invented, whose number is wrong, or that have none', async () => {
    answering(
      'The director reports to the Queen [1: "reports to the Queen of England"]. The office has 57 employees [1: "The office has 31 employees"]. All is well. The office has 31 employees [1: "The office has 31 employees"].',
    );
    const view = await ask(world.withModel, 'How many employees does the office of the director have?');
    expect(view.sentences.map((sentence) => sentence.supported)).toEqual([false, false, false, true]);
    expect(view.grounded).toBe(false);
    expect(view.citations.map((citation) => citation.quote)).toEqual(['The office has 31 employees']);
  });

  test('finds a quote in another passage when the model miscounts', async () => {
    answering('It has 31 employees [9: "The office has 31 employees"].');
    expect(await ask(world.withModel, 'How many employees has the office?')).toMatchObject({
      grounded: true,
    });
  });

  test('does not believe the index: what the library no longer holds is not cited', async () => {
    const document = world.shelf.documents.find((one) => one.id === documentId);
    if (document) document.text = TEXT.replace('31 employees', '30 employees');
    answering('The office has 31 employees [1: "The office has 31 employees"].');
    const view = await ask(world.withModel, 'How many employees has the office?');
    expect(view).toMatchObject({ citations: [], grounded: false, sentences: [{ supported: false }] });
  });

  test('says that nothing was found, without a call when no passage is relevant, and in the words of the server when the model finds none', async () => {
    const calls = world.server.requests.length;
    const nothing = {
      outcome: 'nothing_found',
      citations: [],
      grounded: false,
      answer: 'Nothing in the library answers this question.',
    };
    expect(await ask(world.withModel, 'What is the melting point of tungsten?')).toMatchObject({
      ...nothing,
      provider: 'extractive',
      usage: null,
    });
    expect(world.server.requests).toHaveLength(calls);
    answering('NOTHING_FOUND. But I know that it is 3422 °C.');
    expect(await ask(world.withModel, 'Who owns the office?')).toMatchObject({
      ...nothing,
      provider: 'openai:test-model',
    });
    answering('NOTHING is certain in the office.');
    expect((await ask(world.withModel, 'Who owns the office?')).answer).toBe(
      'NOTHING is certain in the office.',
    );
  });

  test('tells a truncated answer and a refused one', async () => {
    world.server.always({
      kind: 'answer',
      text: 'The office has 31 employees [1: "The office has 31 employees"]. The dir',
      finish: 'length',
    });
    expect(await ask(world.withModel, 'How many employees has the office?')).toMatchObject({
      outcome: 'truncated',
      grounded: false,
      sentences: [{ supported: true }, { supported: false }],
    });
    world.server.always({ kind: 'answer', text: '', finish: 'refusal' });
    expect(await ask(world.withModel, 'How many employees has the office?')).toMatchObject({
      outcome: 'refused',
      grounded: false,
      citations: [],
    });
  });

  test('a model that fails is an error, never an answer by somebody else', async () => {
    world.server.always({ kind: 'status', status: 500 });
    await expect(ask(world.withModel, 'How many employees has the office?')).rejects.toMatchObject({
      code: 'ai.unavailable',
    });
    world.server.always({ kind: 'cut', after: 'The office has' });
    await expect(ask(world.withModel, 'How many employees has the office?')).rejects.toMatchObject({
      code: 'ai.unavailable',
    });
  });

  test('streams: start, text and citations as they come, usage, done', async () => {
    answering('The office has 31 employees [1: "The office has 31 employees"]. It is old.');
    const events: AskEvent[] = [];
    for await (const event of world.withModel.api.stream(
      actor,
      { question: 'How many employees has the office?' },
      never,
    ))
      events.push(event);
    const kinds = events.map((event) => event.event);
    expect(kinds[0]).toBe('start');
    expect(kinds.slice(-2)).toEqual(['usage', 'done']);
    const text = events.map((event) => (event.event === 'delta' ? event.data.text : '')).join('');
    const done = events.at(-1);
    expect(done?.data).toMatchObject({ answer: text, outcome: 'answered' });
    const citation = events.find((event) => event.event === 'citation');
    expect(citation?.data).toMatchObject({ index: 0, at: 'The office has 31 employees'.length });
    expect(kinds.indexOf('citation')).toBeLessThan(kinds.lastIndexOf('delta'));
  });

  test('a reader that leaves stops the model, and the call is recorded', async () => {
    world.server.always({ kind: 'stall', after: 'The office has 31 employees.' });
    const leave = new AbortController();
    const stream = world.withModel.api.stream(
      actor,
      { question: 'How many employees has the office?' },
      leave.signal,
    );
    await expect(
      (async () => {
        for await (const event of stream) if (event.event === 'delta') leave.abort(new Error('left'));
      })(),
    ).rejects.toThrow('left');
    await expect(world.server.requests.at(-1)?.left).resolves.toBe(true);
    const rows = await world.db.owner('select outcome, purpose from ai_usage where organization_id = $1', [
      actor.organizationId,
    ]);
    expect(rows).toEqual([{ outcome: 'aborted', purpose: 'ask' }]);
  });

  test('nothing of another organization reaches the model or the answer', async () => {
    const other = await world.organization();
    world.put(other, 'Secret office', 'The office of the others has 99 secret employees.');
    answering('The office has 99 secret employees [1: "has 99 secret employees"].');
    const view = await ask(world.withModel, 'How many secret employees has the office?');
    expect(promptOf(world.server.requests.at(-1))).not.toContain('99 secret');
    expect(view).toMatchObject({ citations: [], grounded: false });
  });
});

describe('without a model', () => {
  test('quotes the best sentence, and it is grounded by construction', async () => {
    const view = await ask(world.withoutModel, 'Who does the director report to?');
    expect(view).toMatchObject({
      answer: 'The Director reports to the Deputy Minister of Finance.',
      provider: 'extractive',
      grounded: true,
      outcome: 'answered',
      usage: null,
      sentences: [{ start: 0, supported: true, citations: [0] }],
    });
    const [citation] = view.citations;
    expect(TEXT.slice(citation?.start, citation?.end)).toBe(view.answer);
  });

  test('a wrapped sentence is said in one line and cited as it is stored', async () => {
    const view = await ask(world.withoutModel, 'When does the ferry to Orsey leave?');
    expect(view.answer).toBe(
      'The ferry to Orsey leaves at “half past seven” every morning, weather permitting.',
    );
    expect(view.citations[0]?.quote).toContain('morning,\nweather');
  });

  test('says plainly that nothing was found, in the language of the question', async () => {
    expect(await ask(world.withoutModel, 'Quelle est la capitale de la Mongolie ?')).toMatchObject({
      outcome: 'nothing_found',
      answer: 'Rien dans la bibliothèque ne répond à cette question.',
      grounded: false,
    });
  });

  test('finds nothing of another organization', async () => {
    const view = await ask(
      world.withoutModel,
      'Who does the director report to?',
      await world.organization(),
    );
    expect(view.outcome).toBe('nothing_found');
  });
});

test('guests, the public and the empty question are refused', async () => {
  for (const who of [withRole(actor, 'guest'), publicActor('r')]) {
    await expect(world.withoutModel.api.ask(who, { question: 'Why?' }, never)).rejects.toMatchObject({
      code: 'ask.forbidden',
      kind: 'forbidden',
    });
  }
  await expect(ask(world.withoutModel, ' \n " ')).rejects.toMatchObject({
    code: 'ask.empty_question',
    kind: 'invalid',
  });
});

test('passes the scope on to the search', async () => {
  await world.withoutModel.api.ask(
    actor,
    { question: 'Why?', collectionId: documentId, types: ['source'] },
    never,
  );
  expect(world.shelf.requests.at(-1)).toMatchObject({
    q: 'Why?',
    mode: 'hybrid',
    expand: 'passages',
    collectionId: documentId,
    types: ['source'],
  });
});
