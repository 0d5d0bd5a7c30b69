import fc from 'fast-check';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';
import { type BlockKind, CanonicalTextBuilder } from '../canonical.ts';
import type { Chunk, ParsedDocument } from '../port.ts';
import { segment } from './segment.ts';
import { tokenCount } from './tokens.ts';

type Block = readonly [kind: BlockKind, text: string, level?: number];

function documentOf(blocks: readonly Block[], language: string | null = 'en'): ParsedDocument {
  const builder = new CanonicalTextBuilder(50_000_000);
  for (const [kind, text, level] of blocks) builder.add(kind, text, level === undefined ? {} : { level });
  return { mediaType: 'text/plain', title: null, authors: [], language, ...builder.finish() };
}

/** What holds for every list of chunks of every document. */
function expectSound(document: ParsedDocument, chunks: readonly Chunk[], max: number): void {
  const covered = new Uint8Array(document.text.length);
  const chapters = document.structure.filter((item) => item.kind === 'heading' && (item.level ?? 1) <= 2);
  for (const [index, chunk] of chunks.entries()) {
    expect(chunk.ordinal).toBe(index);
    expect(document.text.slice(chunk.start, chunk.end)).toBe(chunk.text);
    expect(chunk.text).toBe(chunk.text.trim());
    expect(chunk.text.isWellFormed()).toBe(true);
    expect(chunk.tokens).toBe(tokenCount(chunk.text));
    expect(chunk.tokens).toBeLessThanOrEqual(max);
    // A chapter's heading opens the chunk, or follows only the headings above it.
    for (const chapter of chapters) {
      if (chapter.start > chunk.start && chapter.start < chunk.end) {
        const before = document.structure.filter(
          (item) => item.start < chapter.start && item.end > chunk.start,
        );
        expect(before.every((item) => item.kind === 'heading')).toBe(true);
      }
    }
    covered.fill(1, chunk.start, chunk.end);
  }
  const lost = [...document.text.matchAll(/\S/gu)].filter(({ index }) => covered[index] !== 1);
  expect(lost).toEqual([]);
}

const SENTENCE = 'The quick brown fox jumps over the lazy dog near the river bank. ';

describe('segment', () => {
  test('every chunk of every document is sound', () => {
    const block = fc.oneof(
      fc
        .record({ level: fc.integer({ min: 1, max: 6 }), text: fc.lorem({ maxCount: 6 }) })
        .map(({ level, text }): Block => ['heading', text, level]),
      fc
        .tuple(
          fc.constantFrom<BlockKind>('paragraph', 'listItem', 'code', 'quote', 'footnote'),
          fc.oneof(
            fc.lorem({ mode: 'sentences', maxCount: 20 }),
            fc.string({ unit: 'grapheme', maxLength: 300 }),
            fc.string({ unit: 'binary', maxLength: 200 }),
            fc.nat(600).map((count) => '字'.repeat(count)),
            fc.nat(60).map((count) => 'e\u0301👩‍👩‍👧‍👦'.repeat(count)),
          ),
        )
        .map(([kind, text]): Block => [kind, text]),
    );
    fc.assert(
      fc.property(fc.array(block, { maxLength: 25 }), fc.integer({ min: 24, max: 512 }), (blocks, max) => {
        const document = documentOf(blocks);
        expectSound(
          document,
          segment(document, { maxTokens: max, targetTokens: Math.floor(max * 0.7) }),
          max,
        );
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  test('a chapter ends a chunk, and its heading begins the next', () => {
    const document = documentOf([
      ['heading', 'Book', 1],
      ['heading', 'First', 2],
      ['paragraph', SENTENCE],
      ['heading', 'Second', 2],
      ['paragraph', SENTENCE],
    ]);
    const chunks = segment(document);
    expect(chunks.map((chunk) => [chunk.headings, chunk.text.split('\n')[0]])).toEqual([
      [['Book', 'First'], 'Book'],
      [['Book', 'Second'], 'Second'],
    ]);
  });

  test('small sections of a chapter share a chunk under what they have in common', () => {
    const document = documentOf([
      ['heading', 'Chapter', 1],
      ['heading', 'A', 3],
      ['paragraph', SENTENCE],
      ['heading', 'B', 3],
      ['paragraph', SENTENCE],
    ]);
    expect(segment(document).map((chunk) => chunk.headings)).toEqual([['Chapter']]);
    const single = documentOf([
      ['heading', 'Chapter', 1],
      ['heading', 'A', 3],
      ['paragraph', SENTENCE],
    ]);
    expect(segment(single).map((chunk) => chunk.headings)).toEqual([['Chapter', 'A']]);
  });

  test('a long section is cut after sentences, near the target, and overlaps; another section does not', () => {
    const document = documentOf([
      ['heading', 'One', 3],
      ['paragraph', SENTENCE.repeat(100)],
      ['heading', 'Two', 3],
      ['paragraph', SENTENCE.repeat(40)],
    ]);
    const chunks = segment(document);
    expectSound(document, chunks, 512);
    const one = chunks.filter((chunk) => chunk.headings[0] === 'One');
    const two = chunks.filter((chunk) => chunk.headings[0] === 'Two');
    expect(one.length).toBeGreaterThan(2);
    for (const chunk of one) {
      expect(chunk.text.endsWith('bank.')).toBe(true);
      expect(chunk.tokens).toBeGreaterThan(200);
    }
    for (const [index, chunk] of one.entries()) {
      const before = one[index - 1];
      if (before) expect(before.end - chunk.start).toBeGreaterThan(SENTENCE.length);
    }
    expect(two[0]?.start).toBeGreaterThanOrEqual(one.at(-1)?.end ?? Number.POSITIVE_INFINITY);
  });

  test('carries the page that a chunk begins on', () => {
    const builder = new CanonicalTextBuilder(100_000);
    for (let page = 1; page <= 4; page += 1) {
      builder.add('heading', [{ text: `Chapter ${page}`, page }], { level: 1 });
      builder.add('paragraph', [{ text: SENTENCE, page }]);
    }
    const document: ParsedDocument = {
      mediaType: 'application/pdf',
      title: null,
      authors: [],
      language: 'en',
      ...builder.finish(),
    };
    expect(segment(document).map((chunk) => chunk.page)).toEqual([1, 2, 3, 4]);
  });

  test('text that the structure does not know is not lost', () => {
    const document: ParsedDocument = {
      ...documentOf([['paragraph', 'known']]),
      text: 'before known after',
      structure: [{ kind: 'paragraph', start: 7, end: 12 }],
    };
    expectSound(document, segment(document), 512);
    expect(segment({ ...document, structure: [] }).map((chunk) => chunk.text)).toEqual([
      'before known after',
    ]);
    expect(segment({ ...document, text: ' \n ', structure: [] })).toEqual([]);
  });

  test.each<[string, string]>([
    ['brackets', '['.repeat(200_000)],
    ['one word', 'a'.repeat(200_000)],
    ['Chinese without a stop', '人人生而自由在尊严和权利上一律平等'.repeat(3_000)],
    ['emoji', '👩‍👩‍👧‍👦'.repeat(8_000)],
    ['marks', `e${'\u0301'.repeat(50_000)}`],
    ['words without a stop', 'word '.repeat(40_000)],
    ['special tokens', '<|endoftext|>'.repeat(2_000)],
  ])('%s without structure stays within the ceiling', (_, text) => {
    const document = documentOf([['paragraph', text]], null);
    expectSound(document, segment(document), 512);
  });
});

describe('tokenCount', () => {
  test('is the exact count for text that people write, and never less for what they do not', () => {
    const exact = (text: string): number => countTokens(text, { disallowedSpecial: new Set() });
    fc.assert(
      fc.property(fc.lorem({ mode: 'sentences', maxCount: 30 }), (text) => {
        expect(tokenCount(text)).toBe(exact(text));
      }),
    );
    for (const text of ['['.repeat(3_000), `${'x'.repeat(500)} and words`, ' '.repeat(900)]) {
      expect(tokenCount(text)).toBeGreaterThanOrEqual(exact(text));
    }
  });
});
