import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandLine, createCommandLine, type RunningCommand, servingAt } from '../testing/command.ts';
import { testSmtpServer } from '../testing/smtp-server.ts';

// The command on a data folder of its own: beside a server that holds the folder, then alone.

const OPERATOR = { ADMIN_SECRET_KEY: randomBytes(24).toString('hex') };
let cli: CommandLine;
beforeAll(async () => {
  cli = await createCommandLine({ DATA_DIR: 'data', PORT: '0', SAMPLES: 'false', PARSE_WORKERS: '1' });
});
afterAll(() => cli?.close());

async function stop({ child, result }: RunningCommand): Promise<void> {
  child.kill('SIGTERM');
  await result;
}

test('what is held is listed and shown, and sent once there is a server to send by', async () => {
  const server = cli.start(['serve'], OPERATOR);
  const url = await servingAt(server);
  const registered = await fetch(`${url}/api/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ada@example.org', password: 'correct horse battery', name: 'Ada' }),
  });
  expect(registered.status).toBe(201);
  const listed = await cli.run(['mail', 'list', '--state', 'held', '--server', url], OPERATOR);
  expect(listed.code, listed.stderr).toBe(0);
  expect(listed.stdout).toMatch(/^\S+ {2}held {4}[0-9a-f-]{36} {2}verify_email {2}ada@example\.org\n$/);
  const id = /[0-9a-f-]{36}/.exec(listed.stdout)?.[0] ?? '';
  const shown = await cli.run(['mail', 'show', id, '--server', url], OPERATOR);
  expect(shown.stdout).toMatch(/^To: ada@example\.org\nSubject: .+\nState: held\n/);
  expect(shown.stdout).toContain(`${url}/verify-email#token=`);
  const refused = await cli.run(['mail', 'show', id, '--server', url], { ADMIN_SECRET_KEY: 'x'.repeat(40) });
  expect([refused.code, refused.stdout]).toEqual([1, '']);
  await stop(server);

  const alone = await cli.run(['mail', 'send', id]);
  expect(alone.code).toBe(1);
  expect(alone.stderr).toContain('SMTP_URL');
  const smtp = await testSmtpServer();
  try {
    const settings = { SMTP_URL: `smtp://127.0.0.1:${smtp.port}` };
    const sent = await cli.run(['mail', 'send', id], settings);
    expect([sent.code, sent.stdout], sent.stderr).toEqual([0, 'On its way.\n']);
    // A command works on no jobs: the next server sends it.
    const next = cli.start(['serve'], settings);
    await servingAt(next);
    await expect.poll(() => smtp.received.length, { timeout: 20_000 }).toBe(1);
    expect(smtp.received[0]).toMatchObject({ to: ['ada@example.org'] });
    await stop(next);
  } finally {
    await smtp.close();
  }
}, 120_000);

test('nothing is no failure, and a made-up id is one', async () => {
  const listed = await cli.run(['mail', 'list', '--state', 'failed']);
  expect([listed.code, listed.stdout]).toEqual([0, '']);
  const shown = await cli.run(['mail', 'show', 'nonsense']);
  expect([shown.code, shown.stdout]).toEqual([1, '']);
}, 120_000);
