import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandLine, createCommandLine, type RunningCommand, servingAt } from '../testing/command.ts';
import { postgresTestDatabase, type TestDatabase, testServerUrl } from '../testing/database.ts';

const serverUrl = testServerUrl() ?? '';
const ACCOUNT = { email: 'ana@example.org', password: 'a long enough password' };

describe.skipIf(serverUrl === '')('signing keys of several processes (needs TEST_DATABASE_URL)', () => {
  let db: TestDatabase;
  let cli: CommandLine;
  let servers: readonly RunningCommand[] = [];
  let urls: readonly string[];
  beforeAll(async () => {
    db = await postgresTestDatabase(serverUrl);
    cli = await createCommandLine({
      DATABASE_URL: db.url ?? '',
      SECRET_KEY: randomBytes(24).toString('hex'),
      PORT: '0',
      PARSE_WORKERS: '1',
    });
    const made = await cli.run(['user', 'create', ACCOUNT.email, '--organization', 'Here'], {
      SCRIPTORIUM_PASSWORD: ACCOUNT.password,
    });
    expect(made.code, made.stderr).toBe(0);
    servers = [cli.start(['serve']), cli.start(['serve', '--no-work'])];
    urls = await Promise.all(servers.map(servingAt));
  });
  afterAll(async () => {
    for (const { child } of servers) child.kill('SIGTERM');
    await Promise.all(servers.map(({ result }) => result));
    await cli.close();
    await db.close();
  });

  const published = async (url: string) => {
    const answer = await fetch(`${url}/.well-known/jwks.json`);
    return ((await answer.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
  };
  const signIn = async (url: string) => {
    const body = JSON.stringify(ACCOUNT);
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/api/v1/auth/login?transport=body`, { method: 'POST', headers, body });
    return ((await answer.json()) as { accessToken: string }).accessToken;
  };
  const statuses = (token: string) =>
    Promise.all(
      urls.map(async (url) => {
        const headers = { authorization: `Bearer ${token}` };
        return (await fetch(`${url}/api/v1/auth/me`, { headers })).status;
      }),
    );

  test('what one signs the other accepts, and both follow the command line', async () => {
    const [here = '', there = ''] = urls;
    const [first, second] = await Promise.all([signIn(here), signIn(there)]);
    expect(await Promise.all([statuses(first), statuses(second)])).toEqual([
      [200, 200],
      [200, 200],
    ]);
    const [old] = await published(here);
    expect(await published(there)).toEqual([old]);

    const rotated = await cli.run(['keys', 'rotate', '--json']);
    expect(rotated.code, rotated.stderr).toBe(0);
    const [next] = JSON.parse(rotated.stdout).items;
    for (const url of urls)
      await expect.poll(() => published(url), { timeout: 30_000 }).toEqual([next.id, old]);
    expect(await statuses(first)).toEqual([200, 200]);

    const ended = await cli.run(['keys', 'rotate', '--end-sessions', '--json']);
    const [signing] = JSON.parse(ended.stdout).items;
    for (const url of urls)
      await expect.poll(() => published(url), { timeout: 30_000 }).toEqual([signing.id]);
    expect(await statuses(first)).toEqual([401, 401]);
    expect(await statuses(second)).toEqual([401, 401]);
    expect(await statuses(await signIn(there))).toEqual([200, 200]);
  });

  test('the doctor sees by a plain login whether the keys open', async () => {
    const finding = async (environment: Record<string, string>) => {
      const { stdout } = await cli.run(['doctor', '--json'], environment);
      const { findings } = JSON.parse(stdout) as {
        findings: { name: string; status: string; message: string }[];
      };
      return findings.find(({ name }) => name === 'signing keys');
    };
    expect(await finding({})).toMatchObject({ status: 'ok', message: '1 for access tokens' });
    expect(await finding({ SECRET_KEY: randomBytes(24).toString('hex') })).toMatchObject({
      status: 'warn',
      message: expect.stringContaining('everybody signs in again'),
    });
  });
});
