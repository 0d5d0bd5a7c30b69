import type { Logger } from 'pino';
import { instanceActor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { IdSource } from '../../kernel/ids.ts';
import { isId } from '../../kernel/ids.ts';
import { decodeCursor, toPage } from '../../kernel/page.ts';
import type { SecretBox } from '../auth/index.ts';
import type { Tx, UnitOfWork } from '../db/index.ts';
import type { Queue, QueueDefinition } from '../queue/index.ts';
import * as messages from './mail.repository.ts';
import type { MailRow } from './mail.tables.ts';
import type { Mail, MailMessage, Outbox, OutboxEntry } from './port.ts';
import { type Courier, createCourier, type Delivery } from './smtp.ts';

export interface MailSettings {
  /** Undefined: messages are held for operators. */
  readonly smtpUrl: string | undefined;
  /** `Name <address>` or an address. */
  readonly from: string;
  /** Days that texts are kept; they hold links that let people in. */
  readonly keepDays: number;
  /** Seconds to wait after the first, second, … attempt that failed; after the last one the message is given up. */
  readonly retrySeconds?: readonly number[];
}

export interface MailDependencies {
  readonly uow: UnitOfWork;
  readonly queue: Queue;
  /** Texts are stored sealed. */
  readonly secrets: SecretBox;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly settings: MailSettings;
}

export interface MailService extends Mail {
  readonly outbox: Outbox;
  /** Removes texts and, much later, what is left of messages; to be run once a day. */
  sweep(): Promise<void>;
}

const MINUTE = 60;
const HOUR = 3600;
/** 27 hours in all: greylisting ends in minutes, an outage in hours, and links that are older help nobody. */
const RETRY_SECONDS = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR];
const DAY = 24 * HOUR * 1000;
/** Days that a message without its text is kept, to be looked at. */
const KEEP_ENTRIES = 90;

const SENDING: QueueDefinition<{ readonly id: string }> = {
  name: 'mail.send',
  // Of the job itself, when its process ends; a server that refuses is tried again by a new job.
  retries: 5,
  concurrency: 2,
  heartbeatSeconds: 15,
  timeoutSeconds: 120,
};

const INSTANCE = instanceActor('mail');

/** Mail with an outbox in the database. Registers its queue: call before the queue starts. */
export function createMail(dependencies: MailDependencies): MailService {
  const { uow, queue, secrets, clock, ids, logger, settings } = dependencies;
  const { smtpUrl, from, retrySeconds = RETRY_SECONDS } = settings;
  const courier = smtpUrl === undefined ? undefined : createCourier({ url: smtpUrl, from });
  const context = (id: string) => `mail_messages/body/${id}`;
  if (courier) queue.handle(SENDING, (job) => deliver(courier, job.data.id, job.signal));

  return { send, outbox: { list, get, resend }, sweep };

  async function send(tx: Tx, message: MailMessage): Promise<void> {
    checkHeader(message.to);
    checkHeader(message.subject);
    const id = ids();
    await messages.insertMessage(tx, {
      id,
      kind: message.kind,
      recipient: message.to,
      subject: message.subject,
      body: secrets.seal(Buffer.from(message.text), context(id)),
      state: courier ? 'queued' : 'held',
      at: clock().toISOString(),
    });
    if (courier) await queue.enqueue(tx, SENDING, { id });
    else
      logger.warn(
        { mailId: id, kind: message.kind },
        `mail is held, for SMTP_URL is not set: scriptorium mail show ${id}`,
      );
  }

  async function deliver(by: Courier, id: string, signal: AbortSignal): Promise<void> {
    const row = await uow.read(INSTANCE, (tx) => messages.findMessage(tx, id));
    if (row?.state !== 'queued') return;
    const text = textOf(row);
    const delivery: Delivery =
      text === null
        ? { kind: 'refused', reason: 'the text cannot be read any more: SECRET_KEY has changed' }
        : await by.deliver(
            { id, to: row.recipient, subject: row.subject, text, date: new Date(row.created_at) },
            signal,
          );
    await uow.write(INSTANCE, (tx) => settle(tx, row, delivery));
  }

  async function settle(tx: Tx, row: MailRow, delivery: Delivery): Promise<void> {
    const { id, kind } = row;
    const at = clock().toISOString();
    if (delivery.kind === 'sent') return messages.markSent(tx, id, at);
    const { reason } = delivery;
    const wait = delivery.kind === 'refused' ? undefined : retrySeconds[row.attempts];
    await messages.markAttempt(tx, { id, state: wait === undefined ? 'failed' : 'queued', reason, at });
    // The reason may quote the server, the recipient with it: it is for operators, not for the log.
    logger.warn({ mailId: id, kind, retryInSeconds: wait }, 'mail was not taken');
    if (wait !== undefined) await queue.enqueue(tx, SENDING, { id }, { startAfterSeconds: wait });
  }

  async function list(page: Parameters<Outbox['list']>[0], state: Parameters<Outbox['list']>[1]) {
    const after = page.cursor === undefined ? undefined : decodeCursor(page.cursor);
    const rows = await uow.read(INSTANCE, (tx) => messages.listMessages(tx, page.limit + 1, after, state));
    return toPage(rows, page.limit, (row) => ({ at: row.created_at, id: row.id }), toEntry);
  }

  async function get(id: string) {
    if (!isId(id)) return undefined;
    const row = await uow.read(INSTANCE, (tx) => messages.findMessage(tx, id));
    return row && { ...toEntry(row), text: textOf(row) };
  }

  async function resend(id: string): Promise<boolean> {
    if (!courier || !isId(id)) return false;
    return uow.write(INSTANCE, async (tx) => {
      const queued = await messages.requeue(tx, id, clock().toISOString());
      if (queued) await queue.enqueue(tx, SENDING, { id });
      return queued;
    });
  }

  async function sweep(): Promise<void> {
    const before = (days: number) => new Date(clock().getTime() - days * DAY).toISOString();
    await uow.write(INSTANCE, async (tx) => {
      await messages.removeBodies(tx, before(settings.keepDays));
      await messages.removeMessages(tx, before(KEEP_ENTRIES));
    });
  }

  function textOf({ id, body }: MailRow): string | null {
    const plain = body === null ? undefined : secrets.open(body, context(id));
    return plain === undefined ? null : Buffer.from(plain).toString();
  }
}

function toEntry(row: MailRow): OutboxEntry {
  return {
    id: row.id,
    kind: row.kind,
    to: row.recipient,
    subject: row.subject,
    state: row.state,
    attempts: row.attempts,
    reason: row.reason,
    sentAt: row.sent_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** The library encodes what it is given; that no line break gets that far is settled here. */
function checkHeader(value: string): void {
  if (/\p{Cc}/u.test(value))
    throw new Error('a mail header with a control character: the caller has not checked its input');
}
