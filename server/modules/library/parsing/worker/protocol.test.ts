import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunksOf, documentOf, type Frame, FrameReader, failureOf, frameHead } from './protocol.ts';

const frame = (header: unknown, body = ''): Frame => ({ header, body: Buffer.from(body) });
const document = {
  mediaType: 'text/plain',
  title: null,
  authors: ['A'],
  language: null,
  structure: [{ kind: 'paragraph', start: 0, end: 3 }],
};

describe('FrameReader', () => {
  test('puts frames together whatever the chunks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { maxLength: 5 }),
        fc.integer({ min: 1, max: 50 }),
        (bodies, size) => {
          const stream = Buffer.concat(
            bodies.flatMap((body) => [
              frameHead({ ok: true, chunks: [] }, Buffer.byteLength(body)),
              Buffer.from(body),
            ]),
          );
          const got: string[] = [];
          const reader = new FrameReader(100_000, ({ body }) => got.push(body.toString('utf8')));
          for (let at = 0; at < stream.length; at += size) reader.push(stream.subarray(at, at + size));
          expect(got).toEqual(bodies.map((body) => body.toWellFormed()));
        },
      ),
    );
  });

  test('refuses frames that are too long or no frames', () => {
    const reader = (): FrameReader => new FrameReader(100, () => {});
    expect(() => reader().push(frameHead({ ok: true, chunks: [] }, 1_000))).toThrow(RangeError);
    expect(() => reader().push(Buffer.alloc(8))).toThrow(RangeError);
    expect(() => reader().push(Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 0x7b]))).toThrow(SyntaxError);
  });
});

describe('what a worker says', () => {
  test('is taken where it has the right shape', () => {
    expect(documentOf(frame({ ok: true, document }, 'abc'), 'text/plain')).toEqual({
      ...document,
      text: 'abc',
    });
    const chunk = { start: 1, end: 3, page: null, headings: ['H'], tokens: 1 };
    expect(chunksOf(frame({ ok: true, chunks: [chunk] }), 'abc')).toEqual([
      { ...chunk, ordinal: 0, text: 'bc' },
    ]);
    expect(failureOf({ ok: false, failure: { code: 'library.no_text', message: 'm' } })).toEqual({
      code: 'library.no_text',
      message: 'm',
    });
  });

  test.each<[string, unknown]>([
    ['nothing', null],
    ['another type', { ...document, mediaType: 'text/html' }],
    ['no title', { ...document, title: 1 }],
    ['a range beyond the text', { ...document, structure: [{ kind: 'paragraph', start: 0, end: 4 }] }],
    ['an empty range', { ...document, structure: [{ kind: 'paragraph', start: 1, end: 1 }] }],
    ['an unknown kind', { ...document, structure: [{ kind: 'script', start: 0, end: 1 }] }],
    ['authors that are none', { ...document, authors: [{}] }],
  ])('%s is refused', (_, value) => {
    expect(documentOf(frame({ ok: true, document: value }, 'abc'), 'text/plain')).toBeNull();
  });

  test('chunks and failures of another shape are refused', () => {
    expect(
      chunksOf(
        frame({ ok: true, chunks: [{ start: 0, end: 9, page: null, headings: [], tokens: 1 }] }),
        'abc',
      ),
    ).toBeNull();
    expect(
      chunksOf(
        frame({ ok: true, chunks: [{ start: 0, end: 1, page: null, headings: [1], tokens: 1 }] }),
        'abc',
      ),
    ).toBeNull();
    expect(chunksOf(frame({ ok: true }), 'abc')).toBeNull();
    expect(failureOf({ ok: false, failure: { code: 'made.up', message: 'm' } })).toBeNull();
    expect(failureOf('no')).toBeNull();
  });
});
