import { expect, test } from 'vitest';
import { loadConfig, SETTINGS } from '../server/platform/config/index.ts';
import { envExample } from './env-example.ts';

const lines = envExample()
  .split('\n')
  .filter((line) => /^#[A-Z]/.test(line))
  .map((line) => line.slice(1).split(/=(.*)/s));

test('names every setting once, in the order of the schema', () => {
  expect(lines.map(([name]) => name)).toEqual(Object.keys(SETTINGS));
});

test('shows the values that hold when nothing is set', () => {
  const shown = Object.fromEntries(lines.map(([name, value]) => [name ?? '', value]));
  expect(loadConfig(shown)).toEqual(loadConfig({}));
});
