import { describe, expect, test } from 'vitest';
import { systemActor } from '../../kernel/actor.ts';
import { newId } from '../../kernel/ids.ts';
import { createShelf } from '../../testing/passages.ts';
import { extractAnswer } from './ask.extractive.ts';
import { retrieve, toQuery } from './ask.retrieval.ts';

const actor = systemActor(newId(), 'test');

async function extract(
  question: string,
  documents: readonly (readonly [title: string, language: string | null, text: string])[],
) {
  const shelf = createShelf();
  for (const [title, language, text] of documents) {
    shelf.put({ organizationId: actor.organizationId, id: newId(), title, language, text });
  }
  const scope = { collectionId: undefined, types: undefined };
  const retrieved = await retrieve(shelf.search, actor, question, scope, new AbortController().signal);
  return extractAnswer(retrieved).map(({ hit, range }) => hit.passage.text.slice(range.start, range.end));
}

const JOB = [
  'Director, Water Data',
  'en',
  `Position
Title | Director, Water Data
Reports to | Director General, Science (EX-03)
Group and level | EX-01

The Director leads a team of 42 people in three regions. The team measures rivers and lakes. Was it always so large?

Responsibilities
- Leads the measurement of rivers
- Approves every published figure

The position was created on 1 April 2019 in Halifax.`,
] as const;
const KITCHEN = [
  'Kitchen rules',
  'en',
  'Everyone washes their own cup. The director of fun reports jokes on Fridays. Coffee costs 30 cents.',
] as const;

describe('extractAnswer', () => {
  test.each([
    ['Who does the director of water data report to?', 'Reports to | Director General, Science (EX-03)'],
    ['How many people does the director lead?', 'The Director leads a team of 42 people in three regions.'],
    ['When was the position created?', 'The position was created on 1 April 2019 in Halifax.'],
    ['How much does coffee cost?', 'Coffee costs 30 cents.'],
    ['Who approves published figures?', 'Approves every published figure'],
  ])('%s', async (question, answer) => {
    expect((await extract(question, [JOB, KITCHEN]))[0]).toBe(answer);
  });

  test('a line that introduces a list is answered by its items', async () => {
    const sentences = await extract('What are the responsibilities?', [JOB]);
    expect(sentences).toEqual(['Leads the measurement of rivers', 'Approves every published figure']);
  });

  test.each([
    'What is the melting point of tungsten?',
    'Who is Anna Kowalski?',
    'What is the capital of Mongolia?',
    'How many people work in building 77?',
    '?!',
    'who are you',
  ])('nothing is found for: %s', async (question) => {
    expect(await extract(question, [JOB, KITCHEN])).toEqual([]);
  });

  test('says the same only once', async () => {
    const twice = 'The ferry crosses the river every hour.\nThe ferry crosses the river every hour!';
    expect(await extract('How often does the ferry cross the river?', [['Ferry', 'en', twice]])).toHaveLength(
      1,
    );
  });

  test.each([
    [
      'fr',
      'À qui la directrice rend-elle compte ?',
      'La directrice rend compte au sous-ministre. Elle voyage peu.',
      'La directrice rend compte au sous-ministre.',
    ],
    [
      'de',
      'Wie viele Tage Urlaub gibt es?',
      'Der Urlaub beträgt 30 Tage im Jahr. Die Kantine ist offen.',
      'Der Urlaub beträgt 30 Tage im Jahr.',
    ],
    [
      'ja',
      '工事の費用はいくらですか',
      '会議は五月に開かれた。 工事の費用は約三億円です。',
      '工事の費用は約三億円です。',
    ],
    [null, 'How old is the bridge?', 'The bridge is 90 years old. It is red.', 'The bridge is 90 years old.'],
  ])('answers in language %s', async (language, question, text, answer) => {
    // The stand-in for the index knows no Japanese words: the title makes it find the document.
    expect((await extract(question, [[question, language, text]]))[0]).toBe(answer);
  });
});

test('a question is not taken for a query language', () => {
  expect(toQuery('  What does “-secret” or -not "exactly this" mean - really? ')).toBe(
    'What does secret or not exactly this mean - really?',
  );
  expect(toQuery('—')).toBe('—');
  expect(toQuery('😀'.repeat(2000)).isWellFormed()).toBe(true);
});
