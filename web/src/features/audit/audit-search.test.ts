import { describe, expect, test } from 'vitest';
import { filterOf, isFiltered } from './audit-search.ts';

describe('the filter of the audit trail', () => {
  test('nothing asked is nothing sent', () => {
    expect(filterOf({})).toEqual({});
    expect(isFiltered({})).toBe(false);
  });

  test('a day runs from its first moment to the first of the next', () => {
    const { from, until } = filterOf({ from: '2026-11-20', until: '2026-11-20' });
    expect(from).toBe(new Date(2026, 10, 20).toISOString());
    expect(until).toBe(new Date(2026, 10, 21).toISOString());
  });

  test('a day that does not exist is dropped', () => {
    expect(filterOf({ from: '2026-99-99' })).toEqual({});
  });

  test('a person is asked for by their id', () => {
    expect(filterOf({ person: 'x', action: 'session.' })).toEqual({ userId: 'x', action: 'session.' });
  });
});
