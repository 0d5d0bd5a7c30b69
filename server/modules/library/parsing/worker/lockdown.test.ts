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
  expect(JSON.parse(stdout)).toEqual({ attempts: 47, succeeded: [] });
});

test('the probe would tell: without the lock every attempt succeeds', async () => {
  const { stdout } = await run(process.execPath, [probe, 'unlocked']);
  const { attempts, succeeded } = JSON.parse(stdout);
  expect([attempts, succeeded.length]).toEqual([47, 47]);
});
