import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeHalfVector, formatVector } from './half-vector.ts';
import { encodeTerms, MAX_COUNT, type TermCount, visitTerms } from './term-codec.ts';

const terms = fc
  .uniqueArray(
    fc.record({
      term: fc.integer({ min: 1, max: 2 ** 30 }),
      count: fc.integer({ min: 1, max: 1000 }),
      stop: fc.boolean(),
    }),
    { selector: (entry) => entry.term },
  )
  .map((entries) => entries.sort((a, b) => a.term - b.term));

test('terms come back as they were packed, counts capped', () => {
  fc.assert(
    fc.property(terms, (entries) => {
      const read: TermCount[] = [];
      visitTerms(encodeTerms(entries), (term, count, stop) => read.push({ term, count, stop }));
      expect(read).toEqual(entries.map((entry) => ({ ...entry, count: Math.min(entry.count, MAX_COUNT) })));
    }),
  );
});

test('half vectors are read in the byte order of halfvec_send', () => {
  // 3 dimensions: 1, −0.5, 2⁻²⁴ (the smallest subnormal)
  expect([...decodeHalfVector(Uint8Array.of(0, 3, 0, 0, 0x3c, 0, 0xb8, 0, 0, 1))]).toEqual([
    1,
    -0.5,
    2 ** -24,
  ]);
});

test('vectors are written in the text form of pgvector', () => {
  expect(formatVector(Float32Array.of(0, 1, -0.5))).toBe('[0,1.0000,-0.50000]');
});
