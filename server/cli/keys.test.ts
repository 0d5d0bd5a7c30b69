import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandLine, createCommandLine, servingAt } from '../testing/command.ts';

// The command on a data folder of its own: first alone, then beside a server that holds the folder.

const OPERATOR = { ADMIN_SECRET_KEY: randomBytes(24).toString('hex') };
let cli: CommandLine;
beforeAll(async () => {
  cli = await createCommandLine({ DATA_DIR: 'data', PORT: '0', SAMPLES: 'false', PARSE_WORKERS: '1' });
});
afterAll(() => cli?.close());

interface Key {
  readonly id: string;
  readonly status: string;
  readonly usable: boolean;
}
const keysOf = (stdout: string) => JSON.parse(stdout).items as Key[];

test('before the first sign-in there is none', async () => {
  const { code, stdout, stderr } = await cli.run(['keys', 'list']);
  expect([code, stdout]).toEqual([0, '']);
  expect(stderr).toContain('the first sign-in makes one');
});

test('the first key signs at once, the next one later, and a third one has to wait', async () => {
  const first = await cli.run(['keys', 'rotate', '--json']);
  expect(first.code, first.stderr).toBe(0);
  expect(keysOf(first.stdout).map(({ status }) => status)).toEqual(['signing']);
  const next = await cli.run(['keys', 'rotate']);
  expect(next.stdout).toMatch(
    /^next {5}[\w-]{43} {2}signs from \S+\nsigning {2}[\w-]{43} {2}signs from \S+, to \S+, accepted to \S+\n$/,
  );
  const third = await cli.run(['keys', 'rotate']);
  expect([third.code, third.stdout]).toEqual([1, '']);
  expect(third.stderr).toContain('published already');
});

test('under another SECRET_KEY the list says which keys do not open', async () => {
  const other = { SECRET_KEY: randomBytes(24).toString('hex') };
  const { stdout } = await cli.run(['keys', 'list', '--json'], other);
  expect(keysOf(stdout).map(({ usable }) => usable)).toEqual([false, false]);
  expect((await cli.run(['keys', 'list'], other)).stdout).toContain('does not open with this SECRET_KEY');
});

test('all sessions end on the word, and only then', async () => {
  const ended = await cli.run(['keys', 'rotate', '--end-sessions', '--json']);
  expect(
    keysOf(ended.stdout)
      .map(({ status }) => status)
      .sort(),
  ).toEqual(['ended', 'ended', 'signing']);
});

test('a server that holds the folder is asked by its operator', async () => {
  const server = cli.start(['serve'], OPERATOR);
  const url = await servingAt(server);
  const held = await cli.run(['keys', 'rotate', '--end-sessions']);
  expect(held.code).toBe(1);
  expect(held.stderr).toContain('ADMIN_SECRET_KEY=… scriptorium keys rotate --end-sessions --server http://');

  const unknown = await cli.run(['keys', 'list', '--server', url]);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('ADMIN_SECRET_KEY');
  const wrong = await cli.run(['keys', 'list', '--server', url], { ADMIN_SECRET_KEY: 'wrong' });
  expect([wrong.code, wrong.stdout]).toEqual([1, '']);

  const published = async () => {
    const answer = await fetch(`${url}/.well-known/jwks.json`);
    return ((await answer.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
  };
  const before = await published();
  const { stdout } = await cli.run(['keys', 'rotate', '--end-sessions', '--json', '--server', url], OPERATOR);
  const signing = keysOf(stdout).find(({ status }) => status === 'signing');
  expect(await published()).toEqual([signing?.id]);
  expect(before).not.toContain(signing?.id);
  const listed = await cli.run(['keys', 'list', '--json'], { ...OPERATOR, SCRIPTORIUM_URL: url });
  expect(listed.stdout).toBe(stdout);

  server.child.kill('SIGTERM');
  await server.result;
});
