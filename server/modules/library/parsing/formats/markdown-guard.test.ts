import { expect, test } from 'vitest';
import { MarkdownGuard } from './markdown-guard.ts';

const DEEP = [
  ['items in items', `${'- '.repeat(30)}x\n`],
  ['quotes in quotes', `${'> '.repeat(30)}x\n\n`],
  ['indented items', `${' '.repeat(120)}- x\n`],
  ['elements', '<div>\n\n'],
] as const;

test.each(DEEP)('a few deep %s are accepted, thousands are not, whatever the cut', (_, line) => {
  expect(new MarkdownGuard(1e6).accepts(line.repeat(50))).toBe(true);
  expect(new MarkdownGuard(1e6).accepts(line.repeat(6_000))).toBe(false);
});

test('the parts of a file share its bound, and what is refused does not use it up', () => {
  const guard = new MarkdownGuard(1e6);
  const part = `${'- '.repeat(26)}x\n`.repeat(100); // 20 levels too many, a hundred times
  expect([guard.accepts(part), guard.accepts(part), guard.accepts(part)]).toEqual([true, true, false]);
  expect(guard.accepts('# Heading\n\n- item\n')).toBe(true);
});

test('long flat lists, closed elements and rules are not nesting', () => {
  const text = `${'- item\n'.repeat(10_000)}${'<div>a</div>\n'.repeat(10_000)}${'* * *\n\n'.repeat(1_000)}`;
  expect(new MarkdownGuard(1e6).accepts(text)).toBe(true);
});

test('too long a part, or a line of thousands of marks, is refused', () => {
  expect(new MarkdownGuard(10).accepts('x'.repeat(11))).toBe(false);
  expect(new MarkdownGuard(1e6).accepts('['.repeat(2_000))).toBe(false);
});
