import { expect, test } from 'vitest';
import { linksIn } from './links.ts';

test('links of a message are found once, without what ends the sentence', () => {
  const text =
    'Open http://127.0.0.1:3000/invitation#token=a_b-C within a week.\nOr (https://x.example/y), or http://127.0.0.1:3000/invitation#token=a_b-C.';
  expect(linksIn(text)).toEqual(['http://127.0.0.1:3000/invitation#token=a_b-C', 'https://x.example/y']);
  expect(linksIn('no link at all')).toEqual([]);
});
