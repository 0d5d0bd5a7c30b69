import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import JSZip from 'jszip';
import { expect, test } from 'vitest';
import { zipOf } from './archive.ts';
import { jsonLines } from './json-lines.ts';
import type { ArchiveFile } from './port.ts';

const AT = new Date('2026-03-01T12:00:00Z');
const never = () => new AbortController().signal;

async function* of(...files: ArchiveFile[]): AsyncGenerator<ArchiveFile> {
  yield* files;
}

const file = (path: string, ...chunks: (string | Buffer)[]): ArchiveFile => ({
  path,
  open: async () => Readable.from(chunks),
});

test('files of any size come out as they went in, and what is gone is left out', async () => {
  // Far more than the buffers between the streams hold.
  const large = Array.from({ length: 100 }, () => randomBytes(65_536));
  const gone: ArchiveFile = { path: 'gone.txt', open: async () => undefined };
  const many = Array.from({ length: 300 }, (_, n) => file(`many/${n}.txt`, `number ${n}`));
  const files = of(file('large.bin', ...large), gone, file('empty.txt'), ...many);
  const zip = await JSZip.loadAsync(await buffer(zipOf(files, AT, never())));
  expect(await zip.file('large.bin')?.async('nodebuffer')).toEqual(Buffer.concat(large));
  expect(await zip.file('empty.txt')?.async('text')).toBe('');
  expect(await zip.file('many/299.txt')?.async('text')).toBe('number 299');
  expect(zip.file('gone.txt')).toBeNull();
  expect(zip.file('large.bin')?.date).toEqual(AT);
});

test('files are opened one after the other', async () => {
  let open = 0;
  const most: number[] = [];
  const counting = (path: string): ArchiveFile => ({
    path,
    open: async () => {
      most.push(++open);
      const content = Readable.from(['x']);
      content.once('close', () => open--);
      return content;
    },
  });
  await buffer(zipOf(of(...['a', 'b', 'c', 'd'].map(counting)), AT, never()));
  expect(most).toEqual([1, 1, 1, 1]);
});

test('a file that breaks, a list that breaks and a signal end the archive with an error', async () => {
  const broken: ArchiveFile = {
    path: 'broken.txt',
    open: async () =>
      Readable.from(
        (async function* () {
          yield 'a beginning';
          throw new Error('the disk is gone');
        })(),
      ),
  };
  await expect(buffer(zipOf(of(file('a', 'a'), broken), AT, never()))).rejects.toThrow('the disk is gone');

  async function* unlisted(): AsyncGenerator<ArchiveFile> {
    yield file('a', 'a');
    throw new Error('the list is gone');
  }
  await expect(buffer(zipOf(unlisted(), AT, never()))).rejects.toThrow('the list is gone');

  const stop = new AbortController();
  async function* endless(): AsyncGenerator<ArchiveFile> {
    for (let n = 0; ; n++) {
      if (n === 20) stop.abort();
      yield file(String(n), 'x');
    }
  }
  await expect(buffer(zipOf(endless(), AT, stop.signal))).rejects.toThrow('aborted');
});

test('whoever stops reading ends the list too', async () => {
  const ended = Promise.withResolvers<void>();
  async function* endless(): AsyncGenerator<ArchiveFile> {
    try {
      for (let n = 0; ; n++) yield file(String(n), randomBytes(100_000));
    } finally {
      ended.resolve();
    }
  }
  for await (const _ of zipOf(endless(), AT, never())) break;
  await ended.promise;
});

test('lines are read page by page until there are no more', async () => {
  const rows = Array.from({ length: 7 }, (_, n) => ({ n }));
  const asked: (number | undefined)[] = [];
  const lines = jsonLines<{ n: number }>(
    'rows.jsonl',
    async (last, limit) => {
      asked.push(last?.n);
      const from = last === undefined ? 0 : last.n + 1;
      return rows.slice(from, from + limit);
    },
    ({ n }) => ({ number: n }),
    3,
  );
  const content = await lines.open();
  const text = content ? (await buffer(content)).toString() : '';
  expect(
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).number),
  ).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(asked).toEqual([undefined, 2, 5]);
});
