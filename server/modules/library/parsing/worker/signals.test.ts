import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createParser } from '../index.ts';

/** This process's parser workers (proc(5)). */
function workers(): number[] {
  return readdirSync('/proc/self/task')
    .flatMap((thread) => readFileSync(`/proc/self/task/${thread}/children`, 'utf8').split(' '))
    .map(Number)
    .filter((pid) => pid > 0 && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('child.ts'));
}

test.skipIf(process.platform !== 'linux')(
  'Ctrl-C reaches the workers too, and they leave the decision to the server',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scriptorium-signals-'));
    const path = join(folder, 'a.txt');
    await writeFile(path, 'The ferry leaves at dawn.');
    const parser = createParser({ workers: 1 });
    const parse = () => parser.parse(path, { mediaType: 'text/plain' }, new AbortController().signal);
    expect(await parse()).toMatchObject({ ok: true });
    const [pid, ...others] = workers();
    expect(others).toEqual([]);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.kill(pid ?? 0, signal);
    expect(await parse()).toMatchObject({ ok: true });
    expect(workers()).toEqual([pid]);
    await parser.close();
    await rm(folder, { recursive: true, force: true });
  },
);
