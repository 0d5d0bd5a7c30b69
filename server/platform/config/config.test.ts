import { describe, expect, test } from 'vitest';
import { ConfigError, loadConfig } from './config.ts';

const SECRET = '9f2c4be1d07a836655f0aa1b7c3de4489f2c4be1';

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('configuration', () => {
  test('an empty environment is a working development set-up', () => {
    const config = loadConfig({});
    expect(config.http).toMatchObject({ host: '127.0.0.1', port: 3000, rateLimit: true });
    expect(config.database.url).toBeUndefined();
  });

  test('reports every problem at once, by name', () => {
    const problems = problemsOf({
      PORT: '99999',
      LOG_LEVEL: 'loud',
      CORS_ORIGINS: 'x',
      DATABASE_URL: 'mysql://x',
      AI_CHAT: 'gpt',
    });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(
      ['PORT', 'LOG_LEVEL', 'CORS_ORIGINS', 'DATABASE_URL', 'AI_CHAT'].sort(
        (a, b) => problems.findIndex((p) => p.startsWith(a)) - problems.findIndex((p) => p.startsWith(b)),
      ),
    );
    expect(problems).toHaveLength(5);
  });

  test.each([
    ['no secret', {}],
    ['a short secret', { SECRET_KEY: 'short' }],
    ['a placeholder', { SECRET_KEY: 'change-me-change-me-change-me-change-me' }],
    ['one letter', { SECRET_KEY: 'a'.repeat(40) }],
  ])('production refuses %s', (_name, extra) => {
    expect(
      problemsOf({ NODE_ENV: 'production', ...extra }).some((problem) => problem.startsWith('SECRET_KEY')),
    ).toBe(true);
  });

  test('production starts with a real secret, and refuses to switch rate limits off', () => {
    expect(problemsOf({ NODE_ENV: 'production', SECRET_KEY: SECRET })).toEqual([]);
    expect(problemsOf({ NODE_ENV: 'production', SECRET_KEY: SECRET, RATE_LIMIT: 'off' })).toHaveLength(1);
  });

  test('reads the places and ports that may be called', () => {
    const { outbound } = loadConfig({
      OUTBOUND_ALLOW: 'models.internal:11434, 10.0.0.0/8',
      OUTBOUND_PORTS: '8443',
    });
    expect(outbound.allow).toMatchObject([
      { host: 'models.internal', port: 11_434 },
      { host: null, port: null },
    ]);
    expect(outbound.ports).toEqual([8443]);
    expect(problemsOf({ OUTBOUND_ALLOW: 'https://a.example', OUTBOUND_PORTS: '0' })).toHaveLength(2);
    expect(problemsOf({ OUTBOUND_ALLOW: 'a.example,', OUTBOUND_PORTS: '443,x' })).toHaveLength(2);
  });

  test.each([
    ['development', {}, 'open'],
    ['development', { SMTP_URL: 'smtps://mail.example.org' }, 'verified'],
    ['production', {}, 'open'],
    ['production', { SMTP_URL: 'smtps://mail.example.org' }, 'verified'],
    // With mail nobody needs to be told that an address has an account, so nobody is.
    ['production', { SMTP_URL: 'smtps://mail.example.org', REGISTRATION: 'open' }, 'verified'],
    ['production', { REGISTRATION: 'verified' }, 'verified'],
    ['production', { SMTP_URL: 'smtps://mail.example.org', REGISTRATION: 'closed' }, 'closed'],
  ])('in %s with %j registration is %s', (NODE_ENV, extra, mode) => {
    expect(loadConfig({ NODE_ENV, SECRET_KEY: SECRET, ...extra }).identity.registration).toBe(mode);
  });

  test('mail comes from the host that people know, and a sender is one mailbox', () => {
    expect(loadConfig({ PUBLIC_URL: 'https://desk.example.org' }).mail.from).toBe(
      'Scriptorium <scriptorium@desk.example.org>',
    );
    for (const MAIL_FROM of ['desk@example.org', 'The Desk <desk@example.org>'])
      expect(loadConfig({ MAIL_FROM }).mail.from).toBe(MAIL_FROM);
    for (const MAIL_FROM of [
      'desk',
      'a@example.org, b@example.org',
      'Desk <a@b>\r\nBcc: c@d',
      '"Desk" <a@b>',
    ])
      expect(problemsOf({ MAIL_FROM })).toHaveLength(1);
    const password = 'p4ssw0rd-of-the-mail-server';
    const problems = problemsOf({ SMTP_URL: `smtps://me:${password}@mail.example.org?tls=none` });
    expect(problems).toHaveLength(1);
    expect(problems.join()).not.toContain(password);
  });

  test('slices are frozen', () => {
    const config = loadConfig({});
    expect(() => Object.assign(config.http, { port: 1 })).toThrow(TypeError);
  });

  test('no message repeats a secret', () => {
    const secret = 'change-me-super-secret-value-0123456789';
    expect(problemsOf({ NODE_ENV: 'production', SECRET_KEY: secret }).join()).not.toContain(secret);
  });
});
