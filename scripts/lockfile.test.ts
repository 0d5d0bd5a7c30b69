import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lockfile-'));
  mkdirSync(join(root, 'scripts'));
  copyFileSync(fileURLToPath(new URL('./lockfile.mjs', import.meta.url)), join(root, 'scripts/lockfile.mjs'));
});
afterEach(() => rmSync(root, { recursive: true }));

const run = (...args: string[]) =>
  spawnSync(process.execPath, ['scripts/lockfile.mjs', ...args], { cwd: root, encoding: 'utf8' });
const write = (packages: object) =>
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }));
const read = () => JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;

const TOOL = {
  version: '2.0.0',
  dev: true,
  optionalDependencies: {
    '@tool/linux-x64': '2.0.0',
    '@tool/linux-arm64-musl': '2.0.0',
    '@tool/darwin-arm64': '2.0.0',
  },
};
const LINUX = {
  version: '2.0.0',
  integrity: 'sha512-x',
  cpu: ['x64'],
  dev: true,
  libc: ['glibc'],
  optional: true,
  os: ['linux'],
};

test('adds what is missing, with its platform, and then has nothing more to say', () => {
  write({ 'node_modules/tool': TOOL, 'node_modules/@tool/linux-x64': LINUX });
  const check = run('--check');
  expect(check.status).toBe(1);
  expect(check.stderr).toContain('node_modules/@tool/darwin-arm64');
  expect(run().status).toBe(0);
  expect(read()).toEqual({
    'node_modules/tool': TOOL,
    'node_modules/@tool/linux-x64': LINUX,
    'node_modules/@tool/darwin-arm64': {
      version: '2.0.0',
      cpu: ['arm64'],
      os: ['darwin'],
      dev: true,
      optional: true,
    },
    'node_modules/@tool/linux-arm64-musl': {
      version: '2.0.0',
      cpu: ['arm64'],
      libc: ['musl'],
      os: ['linux'],
      dev: true,
      optional: true,
    },
  });
  expect(run('--check').status).toBe(0);
});

test('invents no platform and no version', () => {
  write({ 'node_modules/tool': { optionalDependencies: { 'tool-native': '1.0.0' } } });
  expect(run().status).toBe(1);
  write({ 'node_modules/tool': { optionalDependencies: { 'tool-linux-x64': '^1.0.0' } } });
  expect(run().status).toBe(1);
});
