import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { instanceActor, systemActor } from '../../kernel/actor.ts';
import { newId } from '../../kernel/ids.ts';
import type { TestDatabase } from '../../testing/database.ts';
import { type TestSmtpServer, testSmtpServer } from '../../testing/smtp-server.ts';
import { createSecretBox, deriveKeys } from '../auth/index.ts';
import { createLogger } from '../logging/index.ts';
import { PgBossQueue } from '../queue/index.ts';
import { createMail, type MailService, type MailSettings } from './index.ts';

const ORGANIZATION = '0197f3a0-0000-7000-8000-000000000001';
const MESSAGE = {
  kind: 'test',
  to: 'ada@example.org',
  subject: 'Grüße',
  text: 'https://example.org/#token=secret',
};

/** The outbox and its way out, against a real SMTP server. */
export function mailContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`mail: ${name}`, () => {
    let db: TestDatabase;
    let smtp: TestSmtpServer;
    let queue: PgBossQueue;
    let now: number;

    beforeAll(async () => {
      db = await open();
    });
    afterAll(() => db.close());
    beforeEach(async () => {
      smtp = await testSmtpServer();
      now = Date.parse('2026-03-01T12:00:00Z');
      await db.owner('delete from mail_messages');
    });
    afterEach(async () => {
      await queue.stop(2);
      await smtp.close();
    });

    async function start(settings: Partial<MailSettings> = {}): Promise<MailService> {
      queue = new PgBossQueue({
        database: db.database,
        onError: () => undefined,
        onJobError: () => undefined,
      });
      const mail = createMail({
        ...{
          uow: db.database.uow,
          queue,
          ids: newId,
          clock: () => new Date(now),
          logger: createLogger('silent'),
        },
        secrets: createSecretBox(deriveKeys('a secret of the tests, long enough').storedSecrets),
        settings: {
          smtpUrl: `smtp://127.0.0.1:${smtp.port}`,
          from: 'Scriptorium <desk@example.org>',
          keepDays: 7,
          retrySeconds: [1, 1],
          ...settings,
        },
      });
      await queue.start({ work: true });
      return mail;
    }
    const write = (mail: MailService, message = MESSAGE, actor = instanceActor('test')) =>
      db.database.uow.write(actor, (tx) => mail.send(tx, message));
    const entries = async (mail: MailService) => (await mail.outbox.list({ limit: 100 }, undefined)).items;
    const only = async (mail: MailService) => {
      const [entry, ...others] = await entries(mail);
      if (!entry || others.length > 0) throw new Error(`not one message: ${others.length + (entry ? 1 : 0)}`);
      return entry;
    };

    test('a message is delivered once its transaction has committed, and never otherwise', async () => {
      const mail = await start();
      const lost = db.database.uow.write(instanceActor('test'), async (tx) => {
        await mail.send(tx, { ...MESSAGE, to: 'nobody@example.org' });
        throw new Error('on purpose');
      });
      await expect(lost).rejects.toThrow('on purpose');
      await write(mail);
      await expect
        .poll(() => only(mail), { timeout: 20_000 })
        .toMatchObject({ state: 'sent', attempts: 1, reason: null });
      expect(smtp.received).toHaveLength(1);
      const [received] = smtp.received;
      expect(received).toMatchObject({ from: 'desk@example.org', to: ['ada@example.org'] });
      expect(received?.raw).toContain('https://example.org/#token=secret');
      expect(received?.raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
      expect(received?.raw).toMatch(/^Message-ID: <[0-9a-f-]{36}@example\.org>\r$/m);
    });

    test('an organization’s transaction causes mail, and sees none', async () => {
      const mail = await start({ smtpUrl: undefined });
      const actor = systemActor(ORGANIZATION, 'test');
      await write(mail, MESSAGE, actor);
      expect(await entries(mail)).toHaveLength(1);
      const seen = await db.database.uow.read(actor, (tx) =>
        db.database.executor(tx).execute('select * from mail_messages'),
      );
      expect(seen.rows).toEqual([]);
    });

    test('a server that says “later” is asked again, and its sentence is kept meanwhile', async () => {
      smtp.answerNext('451 Greylisted, come back');
      const mail = await start();
      await write(mail);
      await expect.poll(() => only(mail), { timeout: 20_000 }).toMatchObject({ state: 'sent', attempts: 2 });
      expect(smtp.received).toHaveLength(1);
    });

    test('after the last attempt it is given up, with the reason, and an operator may send it again', async () => {
      smtp.answerNext('451 One', '451 Two', '451 Three');
      const mail = await start();
      await write(mail);
      await expect
        .poll(() => only(mail), { timeout: 20_000 })
        .toMatchObject({
          state: 'failed',
          attempts: 3,
          reason: expect.stringContaining('451 Three'),
        });
      const { id } = await only(mail);
      expect(await mail.outbox.resend(id)).toBe(true);
      await expect.poll(() => only(mail), { timeout: 20_000 }).toMatchObject({ state: 'sent' });
      expect(await mail.outbox.resend(id)).toBe(false);
    });

    test('an address that the server refuses is not tried again', async () => {
      smtp.answerNext('550 No such user');
      const mail = await start();
      await write(mail);
      await expect
        .poll(() => only(mail), { timeout: 20_000 })
        .toMatchObject({
          state: 'failed',
          attempts: 1,
          reason: expect.stringContaining('550 No such user'),
        });
      expect(smtp.received).toEqual([]);
    });

    test('a server that is away is waited for', async () => {
      const { port } = smtp;
      await smtp.close();
      const mail = await start({ retrySeconds: [1, 1, 1, 1, 1, 1, 1, 1] });
      await write(mail);
      await expect.poll(async () => (await only(mail)).attempts, { timeout: 20_000 }).toBeGreaterThan(0);
      expect(await only(mail)).toMatchObject({
        state: 'queued',
        reason: expect.stringContaining('ECONNREFUSED'),
      });
      smtp = await testSmtpServer({ port });
      await expect.poll(() => only(mail), { timeout: 20_000 }).toMatchObject({ state: 'sent', reason: null });
    });

    test('a certificate that nobody vouches for is no server to talk to', async () => {
      await smtp.close();
      smtp = await testSmtpServer({ secure: true });
      const mail = await start({ smtpUrl: `smtps://127.0.0.1:${smtp.port}`, retrySeconds: [] });
      await write(mail);
      await expect
        .poll(() => only(mail), { timeout: 20_000 })
        .toMatchObject({
          state: 'failed',
          reason: expect.stringMatching(/certificate/i),
        });
      expect(smtp.received).toEqual([]);
    });

    test('without a server messages are held for operators; their texts are stored sealed', async () => {
      const mail = await start({ smtpUrl: undefined });
      await write(mail);
      const { id, ...entry } = await only(mail);
      expect(entry).toMatchObject({ state: 'held', to: 'ada@example.org', subject: 'Grüße', sentAt: null });
      expect(await mail.outbox.get(id)).toMatchObject({ id, text: MESSAGE.text });
      expect(await mail.outbox.resend(id)).toBe(false);
      const stored = JSON.stringify(
        await db.owner("select encode(body, 'escape') as body, kind from mail_messages"),
      );
      expect(stored).not.toContain('token=');
      for (const unknown of [newId(), 'nonsense']) expect(await mail.outbox.get(unknown)).toBeUndefined();
    });

    test('the list is paged, newest first, and can be of one state', async () => {
      const mail = await start({ smtpUrl: undefined });
      for (const subject of ['one', 'two', 'three']) {
        now += 1000;
        await write(mail, { ...MESSAGE, subject });
      }
      const first = await mail.outbox.list({ limit: 2 }, 'held');
      expect(first.items.map(({ subject }) => subject)).toEqual(['three', 'two']);
      const second = await mail.outbox.list({ limit: 2, cursor: first.nextCursor ?? undefined }, 'held');
      expect(second.items.map(({ subject }) => subject)).toEqual(['one']);
      expect(second.nextCursor).toBeNull();
      expect((await mail.outbox.list({ limit: 2 }, 'sent')).items).toEqual([]);
    });

    test('texts go after some days, entries after some months', async () => {
      const mail = await start({ smtpUrl: undefined });
      await write(mail);
      const { id } = await only(mail);
      now += 7 * 86_400_000 - 1000;
      await mail.sweep();
      expect(await mail.outbox.get(id)).toMatchObject({ text: MESSAGE.text });
      now += 2000;
      await mail.sweep();
      expect(await mail.outbox.get(id)).toMatchObject({ text: null, state: 'held' });
      now += 90 * 86_400_000;
      await mail.sweep();
      expect(await entries(mail)).toEqual([]);
    });

    test.each(['a\r\nBcc: eve@example.org', 'a\nb', 'a\u0000', 'a\u0085b'])(
      'the header %j is refused before anything is stored',
      async (value) => {
        const mail = await start({ smtpUrl: undefined });
        await expect(write(mail, { ...MESSAGE, subject: value })).rejects.toThrow('control character');
        await expect(write(mail, { ...MESSAGE, to: value })).rejects.toThrow('control character');
        expect(await entries(mail)).toEqual([]);
      },
    );
  });
}
