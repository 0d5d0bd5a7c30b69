import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEmbedded } from '../platform/db/embedded.ts';
import { type CommandLine, createCommandLine } from '../testing/command.ts';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough';
let cli: CommandLine;
let organizationId: string;

beforeAll(async () => {
  cli = await createCommandLine({ DATA_DIR: 'data', SECRET_KEY: SECRET });
  const made = await cli.run(
    ['user', 'create', 'ana@example.org', '--organization', 'Field office', '--json'],
    { SCRIPTORIUM_PASSWORD: 'a long enough password' },
  );
  expect(made.code, made.stderr).toBe(0);
  organizationId = JSON.parse(made.stdout).organizations[0].id;
});
afterAll(() => cli?.close());

test('every trail is verified, and named', async () => {
  const { code, stdout, stderr } = await cli.run(['audit', 'verify']);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(
    new RegExp(
      `^whole {3}instance {2}\\d+ verified, last \\d+ [0-9a-f]{64}\nwhole {3}${organizationId} {2}\\d`,
    ),
  );
});

test('a trail is printed, and the printing is in it', async () => {
  const { code, stdout } = await cli.run(['audit', 'export', '--organization', organizationId]);
  expect(code).toBe(0);
  const actions = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).action);
  expect(actions).toContain('user.created');
  expect(actions.at(-1)).toBe('audit.exported');
  const csv = await cli.run(['audit', 'export', '--format', 'csv']);
  expect(csv.stdout).toMatch(/^"sequence",.*\r\n"1",/);
});

test('under another secret nothing verifies, unless it is given as the former one', async () => {
  const other = { SECRET_KEY: 'another secret of the tests, long enough' };
  const strange = await cli.run(['audit', 'verify', '--organization', organizationId], other);
  expect(strange).toMatchObject({ code: 1, stdout: `broken  ${organizationId}  at 1: unknown_key\n` });
  const known = await cli.run(['audit', 'verify', '--organization', organizationId], {
    ...other,
    FORMER_SECRET_KEYS: SECRET,
  });
  expect(known.code, known.stdout).toBe(0);
});

test('the first place that somebody changed is said, with exit code 1', async () => {
  const database = await openEmbedded({ folder: `${cli.folder}/data/database` });
  await database.raw.exec(`alter table audit_events disable trigger user;
    update audit_events set user_id = null, action = 'nothing.done' where organization_id = '${organizationId}' and sequence = 1`);
  await database.close();
  const { code, stdout } = await cli.run(['audit', 'verify', '--json']);
  expect(code).toBe(1);
  const { intact, trails } = JSON.parse(stdout);
  expect(intact).toBe(false);
  expect(trails).toContainEqual(
    expect.objectContaining({ organizationId, broken: { sequence: 1, reason: 'changed' } }),
  );
});

test('an organization is named by its id', async () => {
  expect(await cli.run(['audit', 'verify', '--organization', 'Field office'])).toMatchObject({ code: 2 });
});
