import { describe, expect, test } from 'vitest';
import {
  parseSearch,
  readLibrarySearch,
  readReaderSearch,
  readSearchSearch,
  readSignInSearch,
  stringifySearch,
} from './search-params.ts';

describe('what the address bar holds', () => {
  test('is written plainly and read back as it was, numbers in words included', () => {
    const search = { q: '2024 "flood" & co', mode: 'keyword' };
    expect(stringifySearch({ ...search, collection: undefined, language: '' })).toBe(
      '?q=2024+%22flood%22+%26+co&mode=keyword',
    );
    expect(readSearchSearch(parseSearch(stringifySearch(search)))).toEqual(search);
    expect(stringifySearch({})).toBe('');
  });

  test('nonsense is dropped', () => {
    expect(readLibrarySearch({ status: 'lost', q: '', collection: 7 })).toEqual({ collection: '7' });
    expect(readSearchSearch({ mode: 'psychic', passages: 'some' })).toEqual({});
  });

  test('a cited range counts only when it is one', () => {
    expect(readReaderSearch(parseSearch('?version=3&start=120&end=180'))).toEqual({
      version: 3,
      start: 120,
      end: 180,
    });
    for (const bad of [
      '?start=5',
      '?start=9&end=9',
      '?start=-1&end=4',
      '?start=1.5&end=4',
      '?start=1e99&end=4',
    ]) {
      expect(readReaderSearch(parseSearch(bad))).toEqual({});
    }
  });

  test('the way back after signing in never leaves the console', () => {
    expect(readSignInSearch({ next: '/library?q=x' })).toEqual({ next: '/library?q=x' });
    for (const next of [
      '//evil.example',
      '/\\evil.example',
      '/\t/evil.example',
      '/\n\\evil.example',
      '/a\\..\\..\\/evil.example',
      'https://evil.example',
      'javascript:alert(1)',
      '',
    ]) {
      expect(readSignInSearch({ next })).toEqual({});
    }
  });
});
