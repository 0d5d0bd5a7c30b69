import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { workerArguments } from './worker-process.ts';

const run = promisify(execFile);
const probe = fileURLToPath(new URL('lockdown.probe.ts', import.meta.url));

test('a locked-down process has no network, files, processes, threads, evaluation and environment', async () => {
  const { stdout } = await run(
    process.execPath,
    workerArguments(probe, { timeoutMs: 10_000, maxMemoryMb: 256 }),
    { env: {} },
  );
  expect(JSON.parse(stdout)).toEqual({ attempts: 23, succeeded: [] });
});

test('the probe would tell: without the lock it succeeds', async () => {
  const script = `import { readFileSync } from 'node:fs'; await import('node:net'); process.stdout.write(String(readFileSync('/etc/hostname').length > 0 && typeof fetch));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
  expect(stdout).toBe('function');
});
