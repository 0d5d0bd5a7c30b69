import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandLine, createCommandLine, type RunningCommand } from '../testing/command.ts';

// The commands on a data folder of their own, in the order in which somebody would meet them.

let cli: CommandLine;

beforeAll(async () => {
  cli = await createCommandLine();
  // The folder's .env says where the data lies; the environment would win over it.
  await writeFile(join(cli.folder, '.env'), 'DATA_DIR=library\nPORT=0\nSAMPLES=false\nPARSE_WORKERS=1\n');
  await mkdir(join(cli.folder, 'papers'));
  await writeFile(
    join(cli.folder, 'papers', 'ferry.md'),
    '# The ferry\n\nThe ferry at Orsey crosses the river at dawn.\n',
  );
});
afterAll(() => cli?.close());

test('on a new folder, nothing is made by looking', async () => {
  const check = await cli.run(['migrate', '--check', '--json']);
  expect(check.code).toBe(1);
  expect(JSON.parse(check.stdout).missing[0]).toBe('0001_identity');
  const doctor = await cli.run(['doctor', '--json']);
  expect(JSON.parse(doctor.stdout).findings).toContainEqual({
    name: 'database',
    status: 'ok',
    message: 'embedded, will be made at the first start',
  });
  await expect(cli.run(['user', 'create', '--help'])).resolves.toMatchObject({ code: 0 });
  const { stdout } = await cli.run(['migrate']);
  expect(stdout).toMatch(/^applied 0001_identity\napplied 0002_tasks\n/);
  expect((await cli.run(['migrate', '--check'])).stdout).toBe('The database is up to date.\n');
});

test('nobody is there: search says how to begin, ingest begins by itself', async () => {
  const search = await cli.run(['search', 'ferry']);
  expect(search.code).toBe(1);
  expect(search.stderr).toContain('scriptorium user create you@example.org');
  const ingest = await cli.run(['ingest', 'papers', '--collection', 'Papers']);
  expect(ingest.code, ingest.stderr).toBe(0);
  expect(ingest.stdout).toBe('ready           1\n');
  expect(ingest.stderr).toContain('scriptorium user link admin@scriptorium.example');
  const found = await cli.run(['search', 'ferry', '--json']);
  expect(JSON.parse(found.stdout).items[0]).toMatchObject({ title: 'The ferry' });
});

describe('user', () => {
  const password = { SCRIPTORIUM_PASSWORD: 'a long enough password' };

  test('makes an organization and people in it, and lets them in', async () => {
    const created = await cli.run(
      ['user', 'create', 'ana@example.org', '--name', 'Ana', '--organization', 'Field office', '--json'],
      password,
    );
    expect(created.code, created.stderr).toBe(0);
    expect(JSON.parse(created.stdout)).toMatchObject({
      user: { email: 'ana@example.org', name: 'Ana' },
      organizations: [{ name: 'Field office', role: 'admin' }],
    });
    const second = await cli.run([
      'user',
      'create',
      'bo@example.org',
      '--organization',
      'field OFFICE',
      '--role',
      'regular',
      '--link',
    ]);
    expect(second.stdout).toMatch(
      /^Made bo@example\.org, regular of Field office\.\nhttp:\/\/\S+\/sign-in#token=\S{20,}\n$/,
    );
    const list = await cli.run(['user', 'list', '--json']);
    expect(JSON.parse(list.stdout).users.map((user: { email: string }) => user.email)).toEqual([
      'admin@scriptorium.example',
      'ana@example.org',
      'bo@example.org',
    ]);
    const changed = await cli.run(['user', 'set-password', 'ana@example.org'], password);
    expect([changed.code, changed.stdout]).toEqual([
      0,
      'ana@example.org has a new password; all sign-ins have ended.\n',
    ]);
    expect(JSON.stringify([created, changed])).not.toContain(password.SCRIPTORIUM_PASSWORD);
  });

  test.each([
    ['an address that is taken', ['create', 'ana@example.org', '--organization', 'Field office'], 1],
    ['a password that is too short', ['create', 'cy@example.org', '--organization', 'Field office'], 1],
    ['two organizations and none named', ['create', 'cy@example.org'], 2],
    ['nobody of that address', ['set-password', 'nobody@example.org'], 1],
    ['a role that there is not', ['create', 'cy@example.org', '--role', 'king'], 2],
  ])('%s is refused with a sentence', async (name, args, expected) => {
    const secret = name.includes('too short') ? 'short' : password.SCRIPTORIUM_PASSWORD;
    const { code, stdout, stderr } = await cli.run(['user', ...args], { SCRIPTORIUM_PASSWORD: secret });
    expect([code, stdout]).toEqual([expected, '']);
    expect(stderr).toMatch(/\S/);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  test('with two organizations, a local command must name one', async () => {
    const { code, stderr } = await cli.run(['search', 'ferry']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--organization: Demo organization \(.+\), Field office \(.+\)/);
    const named = await cli.run(['search', 'ferry', '--organization', 'field office', '--json']);
    expect([named.code, JSON.parse(named.stdout).items]).toEqual([0, []]);
  });
});

describe('while a server works on the folder', () => {
  let server: RunningCommand;
  let url: string;
  beforeAll(async () => {
    server = cli.start(['serve'], { LOG_LEVEL: 'error' });
    url = await new Promise((resolve) => {
      server.child.stdout.on('data', (chunk: Buffer) => {
        const ready = /ready (http\S+)/.exec(chunk.toString())?.[1];
        if (ready) resolve(ready);
      });
    });
  });
  afterAll(async () => {
    server.child.kill('SIGTERM');
    expect((await server.result).code).toBe(0);
  });

  test('a local command says exactly what to type, and that works', async () => {
    const { port } = new URL(url);
    const refused = await cli.run(['search', "a ferry's time", '--json'], { PORT: port });
    expect(refused.code).toBe(1);
    const advice = `scriptorium search 'a ferry'\\''s time' --json --server ${url} --email you@example.org`;
    expect(refused.stderr).toContain(advice);
    const environment = { SCRIPTORIUM_PASSWORD: 'a long enough password' };
    const asked = await cli.run(
      ['search', "a ferry's time", '--json', '--server', url, '--email', 'ana@example.org'],
      environment,
    );
    expect([asked.code, asked.stderr]).toEqual([0, '']);
    expect((await cli.run(['user', 'list'])).stderr).toContain('Stop it for a moment');
  });

  test('doctor sees who holds the folder and asks that server', async () => {
    const { port } = new URL(url);
    const { code, stdout } = await cli.run(['doctor', '--json'], { PORT: port });
    const { findings } = JSON.parse(stdout);
    expect(findings).toContainEqual({
      name: 'address',
      status: 'ok',
      message: `a server is ready at ${url}`,
    });
    expect(findings.find(({ name }: { name: string }) => name === 'data folder').message).toContain(
      `process ${server.child.pid}`,
    );
    expect(code).toBe(0);
  });
});

describe('settings', () => {
  test.each([['serve'], ['migrate'], ['search', 'x'], ['user', 'list']])(
    '%s with unusable settings exits 3 and names all of them',
    async (...args) => {
      const { code, stdout, stderr } = await cli.run(args, { PORT: '99999', LOG_LEVEL: 'loud' });
      expect([code, stdout]).toEqual([3, '']);
      expect(stderr).toMatch(/PORT must be[\s\S]*LOG_LEVEL must be/);
    },
  );

  test('doctor names them too, with a remedy, and exits 1', async () => {
    const { code, stdout } = await cli.run(['doctor'], { PORT: '99999', LOG_LEVEL: 'loud' });
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ settings +PORT must be.+\n +→ .+\.env/);
  });

  test('doctor says what cannot be reached, how to mend it, and no secret', async () => {
    const environment = {
      DATABASE_URL: 'postgres://ana:topsecret@127.0.0.1:1/library',
      REDIS_URL: 'redis://:hushhush@127.0.0.1:1',
      OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
      OPENAI_API_KEY: 'sk-verysecret',
      AI_CHAT: 'openai:some-model',
    };
    const { code, stdout, stderr } = await cli.run(['doctor', '--json'], environment);
    expect(code).toBe(1);
    const failed = JSON.parse(stdout).findings.filter(({ status }: { status: string }) => status === 'fail');
    expect(failed.map(({ name }: { name: string }) => name)).toEqual(['database', 'cache', 'model for chat']);
    for (const { mend } of failed) expect(mend).toMatch(/\S/);
    expect(stdout + stderr).not.toMatch(/topsecret|hushhush|verysecret/);
  });
});
