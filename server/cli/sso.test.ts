import { randomBytes, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandLine, createCommandLine, servingAt } from '../testing/command.ts';

// The commands on a data folder of their own: first alone, then beside a server that holds the folder.

const OPERATOR = { ADMIN_SECRET_KEY: randomBytes(24).toString('hex') };
const PASSWORD = { SCRIPTORIUM_PASSWORD: 'correct horse battery staple' };
let cli: CommandLine;
let file: string;
let organizationId: string;
beforeAll(async () => {
  cli = await createCommandLine({ DATA_DIR: 'data', PORT: '0', SAMPLES: 'false', PARSE_WORKERS: '1' });
  file = join(cli.folder, 'acme.json');
  const made = await cli.run(
    ['user', 'create', 'ana@example.org', '--organization', 'Field', '--json'],
    PASSWORD,
  );
  organizationId = JSON.parse(made.stdout).organizations[0].id;
});
afterAll(() => cli?.close());

const write = (settings: unknown) => writeFile(file, JSON.stringify(settings));

test('a provider is added from a file, changed and listed', async () => {
  await write({
    ...{ slug: 'acme', label: 'Acme', issuer: 'https://acme.example', clientId: 'us', clientSecret: 'hush' },
    organizations: [{ organizationId, claimValue: null }],
  });
  const added = await cli.run(['sso', 'add', '--from', file]);
  expect(added.code, added.stderr).toBe(0);
  for (const path of [
    '/api/v1/auth/oidc/acme/callback',
    '/api/v1/auth/oidc/acme/backchannel-logout',
    '/sign-in',
  ])
    expect(added.stdout).toMatch(new RegExp(`^ {2}[a-z (-]+\\)?: +http://\\S+${path}$`, 'm'));
  expect(added.stderr).not.toContain('nobody gets in');
  await write({ enabled: false });
  const changed = await cli.run(['sso', 'change', 'acme', '--from', file]);
  expect(changed.stdout).toBe('Changed acme; it is at version 2.\n');
  const listed = await cli.run(['sso', 'list']);
  expect(listed.stdout).toBe('acme  Acme  https://acme.example  (off)\n');
  const json = await cli.run(['sso', 'list', '--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({ providers: [{ slug: 'acme', hasClientSecret: true }] });
  expect(json.stdout).not.toContain('hush');
});

test.each<[string, unknown, string[], number]>([
  ['a file that is none', {}, ['add', '--from', 'nothing.json'], 2],
  ['a list', [], ['change', 'acme', '--from', 'FILE'], 2],
  ['a setting that nobody knows', { admin: true }, ['change', 'acme', '--from', 'FILE'], 1],
  ['a provider that is none', {}, ['change', 'nobody', '--from', 'FILE'], 2],
  ['an organization that is none', {}, ['only', randomUUID(), 'off'], 1],
  ['a word that is none', {}, ['only', randomUUID(), 'maybe'], 2],
])('%s is refused', async (_name, settings, args, code) => {
  await write(settings);
  const refused = await cli.run(['sso', ...args.map((arg) => (arg === 'FILE' ? file : arg))]);
  expect([refused.code, refused.stdout]).toEqual([code, '']);
});

test('a running server is asked by its operator: also to open an organization again', async () => {
  const server = cli.start(['serve'], OPERATOR);
  const at = ['--server', await servingAt(server)];
  await write({ enabled: true });
  expect((await cli.run(['sso', 'change', 'acme', '--from', file, ...at], OPERATOR)).code).toBe(0);
  const on = await cli.run(['sso', 'only', organizationId, 'on', ...at], OPERATOR);
  expect(on.stdout).toBe('Members come in only through: Acme.\n');
  const off = await cli.run(['sso', 'only', organizationId, 'off', ...at], OPERATOR);
  expect(off.stdout).toBe('Members may sign in in every way.\n');
  const removed = await cli.run(['sso', 'remove', 'acme', ...at], OPERATOR);
  expect(removed.stdout).toBe('Removed acme. Everybody who came through it is signed out.\n');
  expect((await cli.run(['sso', 'list', ...at], OPERATOR)).stdout).toBe('');
  expect((await cli.run(['sso', 'list', ...at])).code).toBe(2);
});
