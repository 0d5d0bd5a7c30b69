import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandLine, createCommandLine } from '../testing/command.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await createCommandLine();
});
afterAll(() => cli?.close());

describe('openapi', () => {
  test('prints the document and nothing else, whatever the settings, and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await cli.run(['openapi'], {
      PORT: 'nonsense',
      DATABASE_URL: 'postgres://127.0.0.1:1/x',
    });
    expect([code, stderr]).toEqual([0, '']);
    const document = JSON.parse(stdout);
    expect(document.openapi).toBe('3.1.0');
    expect(document.paths).toHaveProperty('/api/v1/library/sources');
    // More than a pipe takes at once: nothing of it was cut off.
    expect(stdout.length).toBeGreaterThan(65_536);
    expect(await readdir(cli.folder)).toEqual([]);
  });

  test('a reader that stops reading is no error', async () => {
    const running = cli.start(['openapi']);
    await once(running.child.stdout, 'readable');
    running.child.stdout.destroy();
    const [code] = await once(running.child, 'exit');
    expect(code).toBe(0);
  });
});

test('bin/scriptorium.mjs is the same program', async () => {
  const bin = fileURLToPath(new URL('../../bin/scriptorium.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [bin, '--version']);
  expect(stdout).toBe((await cli.run(['--version'])).stdout);
  await expect(promisify(execFile)(process.execPath, [bin, 'nonsense'])).rejects.toMatchObject({ code: 2 });
});

describe('help', () => {
  const commands = [
    ['serve'],
    ['worker'],
    ['migrate'],
    ['user'],
    ['ingest'],
    ['search'],
    ['ask'],
    ['doctor'],
    ['openapi'],
  ];

  test.each(commands)('%s --help has an example and exits 0', async (command) => {
    const { code, stdout, stderr } = await cli.run([command, '--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Usage: scriptorium /);
    expect(stdout).toMatch(new RegExp(`Examples?:\\n[\\s\\S]*scriptorium ${command}`));
  });

  test('no command, an unknown one and an unknown option are wrong use', async () => {
    for (const args of [[], ['serv'], ['serve', '--fast']])
      expect(await cli.run(args)).toMatchObject({ code: 2, stdout: '' });
    expect((await cli.run(['serv'])).stderr).toContain('Did you mean serve?');
  });
});
