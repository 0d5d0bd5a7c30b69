import { expect, test } from 'vitest';
import { type OrganizationActor, systemActor } from '../../kernel/actor.ts';
import { newId } from '../../kernel/ids.ts';
import { type PassageName, PassageReads } from './passage-reads.ts';
import type { PassageText } from './storage/search-read.repository.ts';

const here = systemActor(newId(), 'test');
const there = systemActor(newId(), 'test');
const name = (key: number): PassageName => ({ key, ordinal: 0 });
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A database that answers when told; passage 404 is gone, and every text says whose it is. */
function slowDatabase() {
  const asked: { keys: number[]; answer: () => void; fail: () => void }[] = [];
  const textOf = ({ organizationId }: OrganizationActor, { key, ordinal }: PassageName): PassageText => ({
    ...{ key, ordinal, content: `${organizationId}/${key}`, start: 0, end: 1, page: null, headings: [] },
  });
  const reads = new PassageReads(
    (actor, names) =>
      new Promise((resolve, reject) =>
        asked.push({
          keys: names.map(({ key }) => key),
          answer: () => resolve(names.filter(({ key }) => key !== 404).map((each) => textOf(actor, each))),
          fail: () => reject(new Error('lost')),
        }),
      ),
  );
  return { asked, reads };
}
const contents = (texts: readonly (PassageText | undefined)[]) => texts.map((text) => text?.content);

test('searches that run at the same time share a statement, and each gets what it named in its order', async () => {
  const { asked, reads } = slowDatabase();
  const first = reads.read(here, [name(1)]);
  const second = reads.read(here, [name(3), name(404), name(2)]);
  const third = reads.read(here, [name(2), name(5)]);
  expect(asked.map(({ keys }) => keys)).toEqual([[1]]);
  asked[0]?.answer();
  expect(contents(await first)).toEqual([`${here.organizationId}/1`]);
  await settled();
  expect(asked[1]?.keys).toEqual([3, 404, 2, 2, 5]);
  asked[1]?.answer();
  expect(contents(await second)).toEqual([`${here.organizationId}/3`, undefined, `${here.organizationId}/2`]);
  expect(contents(await third)).toEqual([`${here.organizationId}/2`, `${here.organizationId}/5`]);
});

test('organizations never share one, even where their passages have the same names', async () => {
  const { asked, reads } = slowDatabase();
  const texts = [here, there, here, there].map((actor) => reads.read(actor, [name(1)]));
  expect(asked).toHaveLength(2);
  for (const each of asked) each.answer();
  await settled();
  for (const each of asked.slice(2)) each.answer();
  expect((await Promise.all(texts)).flatMap(contents)).toEqual(
    [here, there, here, there].map(({ organizationId }) => `${organizationId}/1`),
  );
});

test('who asks in the moment after a read has ended is not forgotten', async () => {
  const { asked, reads } = slowDatabase();
  const first = reads.read(here, [name(1)]);
  const second = reads.read(here, [name(2)]);
  const late = first.then(() => reads.read(here, [name(3)]));
  asked[0]?.answer();
  for (let turn = 0; turn < 3; turn++) {
    await settled();
    for (const each of asked) each.answer();
  }
  expect(contents(await second)).toEqual([`${here.organizationId}/2`]);
  expect(contents(await late)).toEqual([`${here.organizationId}/3`]);
});

test('a failure is for those who shared the statement, and the next is tried', async () => {
  const { asked, reads } = slowDatabase();
  const first = reads.read(here, [name(1)]);
  const second = reads.read(here, [name(2)]);
  asked[0]?.fail();
  await expect(first).rejects.toThrow('lost');
  await settled();
  asked[1]?.answer();
  expect(contents(await second)).toEqual([`${here.organizationId}/2`]);
});

test('what would make a statement too long has one of its own', async () => {
  const { asked, reads } = slowDatabase();
  const many = Array.from({ length: 1_500 }, (_, key) => name(key + 1000));
  const texts = [reads.read(here, [name(1)]), reads.read(here, many), reads.read(here, many)];
  expect(asked.map(({ keys }) => keys.length)).toEqual([1, 1_500]);
  for (let turn = 0; turn < 3; turn++) {
    for (const each of asked) each.answer();
    await settled();
  }
  expect((await Promise.all(texts)).map((found) => found.length)).toEqual([1, 1_500, 1_500]);
  expect(asked.map(({ keys }) => keys.length)).toEqual([1, 1_500, 1_500]);
});

test('no passages cost no statement', async () => {
  const { asked, reads } = slowDatabase();
  expect(await reads.read(here, [])).toEqual([]);
  expect(asked).toEqual([]);
});
