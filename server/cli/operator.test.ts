import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandLine, createCommandLine, servingAt } from '../testing/command.ts';

// The commands on a data folder of their own: first alone, then beside a server that holds the folder.

const OPERATOR = { ADMIN_SECRET_KEY: randomBytes(24).toString('hex') };
const PASSWORD = { SCRIPTORIUM_PASSWORD: 'correct horse battery staple' };
let cli: CommandLine;
beforeAll(async () => {
  cli = await createCommandLine({ DATA_DIR: 'data', PORT: '0', SAMPLES: 'false', PARSE_WORKERS: '1' });
});
afterAll(() => cli?.close());

test('somebody is made operator on the database itself, and no longer', async () => {
  const make = ['user', 'create', 'ana@example.org', '--organization', 'Field office'];
  expect((await cli.run(make, PASSWORD)).code).toBe(0);
  const granted = await cli.run(['user', 'operator', 'Ana@Example.org', '--grant']);
  expect(granted.stdout).toBe('ana@example.org operates the instance.\n');
  const revoked = await cli.run(['user', 'operator', 'ana@example.org', '--revoke']);
  expect(revoked.stdout).toBe('ana@example.org does not operate the instance.\n');
  expect(await cli.run(['user', 'operator', 'nobody@example.org', '--grant'])).toMatchObject({
    code: 1,
    stdout: '',
  });
  for (const flags of [[], ['--grant', '--revoke']])
    expect((await cli.run(['user', 'operator', 'ana@example.org', ...flags])).code).toBe(2);
});

test('without a server and without a secret the work is done here', async () => {
  const overview = await cli.run(['operator', 'overview', '--json']);
  expect(overview.code, overview.stderr).toBe(0);
  expect(JSON.parse(overview.stdout)).toMatchObject({
    database: { kind: 'embedded' },
    accounts: { users: 1 },
  });

  const off = await cli.run(['operator', 'feature', 'registration', 'off']);
  expect(off.stdout).toMatch(/^off {2}registration .*\(set by an operator\)$/m);
  expect((await cli.run(['operator', 'feature'])).stdout).toMatch(/^off {2}registration/m);
  expect((await cli.run(['operator', 'feature', 'registration', 'default'])).stdout).toMatch(
    /^on {3}registration/m,
  );

  const listed = await cli.run(['operator', 'organizations', '--search', 'FIELD', '--json']);
  const [organization] = JSON.parse(listed.stdout).items as { id: string }[];
  const id = organization?.id ?? '';
  const suspended = await cli.run(['operator', 'suspend', id, '--reason', 'Unpaid']);
  expect(suspended.stdout).toBe('Field office is suspended.\n');
  expect((await cli.run(['operator', 'unsuspend', id])).stdout).toBe('Field office is open.\n');
});

test.each([
  ['a feature that does not exist', ['feature', 'flying', 'off'], 2],
  ['a word that is none', ['feature', 'ask', 'maybe'], 2],
  ['a feature without a word', ['feature', 'ask'], 2],
  ['closing without telling people', ['maintenance', 'writes'], 2],
  ['suspending without a reason', ['suspend', randomUUID()], 2],
  ['an organization that does not exist', ['suspend', randomUUID(), '--reason', 'x'], 1],
])('%s is refused', async (_case, args, code) => {
  expect(await cli.run(['operator', ...args])).toMatchObject({ code, stdout: '' });
});

test('a server that holds the folder is asked by its operator', async () => {
  const server = cli.start(['serve'], OPERATOR);
  const url = await servingAt(server);
  const held = await cli.run(['operator', 'overview']);
  expect(held.code).toBe(1);
  expect(held.stderr).toContain('ADMIN_SECRET_KEY=… scriptorium operator overview --server');

  const close = ['operator', 'maintenance', 'everything', '--message', 'Back at noon.', '--server', url];
  expect((await cli.run(close, OPERATOR)).stdout).toMatch(
    /^Closed \(everything\) since \S+: Back at noon\.\n$/,
  );
  expect((await fetch(`${url}/api/v1/instance`)).status).toBe(200);
  expect(await (await fetch(`${url}/health/ready`)).json()).toMatchObject({
    maintenance: { mode: 'everything' },
  });
  const open = ['operator', 'maintenance', 'off', '--server', url];
  expect((await cli.run(open, OPERATOR)).stdout).toBe('Open.\n');

  expect((await cli.run(open)).stderr).toContain('ADMIN_SECRET_KEY');
  const wrong = await cli.run(open, { ADMIN_SECRET_KEY: 'x'.repeat(40) });
  expect([wrong.code, wrong.stdout]).toEqual([1, '']);
  server.child.kill('SIGTERM');
  await server.result;
});
