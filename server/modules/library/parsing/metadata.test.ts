import { describe, expect, test } from 'vitest';
import { saneAuthors } from './metadata.ts';

describe('saneAuthors', () => {
  test.each([
    ['Commission of Lakes and Rivers', ['Commission of Lakes and Rivers']],
    ['Commission des lacs et des rivières', ['Commission des lacs et des rivières']],
    ['Kommission für Seen und Flüsse', ['Kommission für Seen und Flüsse']],
    ['Marks & Spencer', ['Marks & Spencer']],
    ['Water Data, Regional Operations', ['Water Data, Regional Operations']],
    ['Commission of Lakes and Rivers, Halleck Falls', ['Commission of Lakes and Rivers, Halleck Falls']],
    ['One, Ada', ['One, Ada']],
    ['One, A. B.', ['One, A. B.']],
    ['Ada One, M.D.', ['Ada One, M.D.']],
    ['Ada One; Bo Two ;', ['Ada One', 'Bo Two']],
    ['One, Ada；Two, Bo', ['One, Ada', 'Two, Bo']],
    ['A. B. One, C. Two, D. van Three', ['A. B. One', 'C. Two', 'D. van Three']],
    ['U.S. Army, U.S. Navy and others', ['U.S. Army, U.S. Navy and others']],
    ['admin; Ada One', ['Ada One']],
    [null, []],
  ])('%j is %j', (property, authors) => {
    expect(saneAuthors(property)).toEqual(authors);
  });
});
