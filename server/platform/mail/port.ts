import type { Page, PageRequest } from '../../kernel/page.ts';
import type { Tx } from '../db/port.ts';

export interface MailMessage {
  /** `invitation`, `verify_email`, `reset_password`, …: what operators filter by. */
  readonly kind: string;
  readonly to: string;
  readonly subject: string;
  /** Plain text; lines of any length. */
  readonly text: string;
}

/**
 * Mail that is written in the transaction that causes it and sent afterwards, with retries. Where no SMTP server is set, it
 * stays where operators can read it and pass on its link by hand: never lost without a word.
 */
export interface Mail {
  send(tx: Tx, message: MailMessage): Promise<void>;
}

/**
 * `held`: there is no SMTP server, an operator passes it on. `queued`: on its way. `failed`: given up; `reason` says why.
 */
export const MAIL_STATES = ['held', 'queued', 'sent', 'failed'] as const;
export type MailState = (typeof MAIL_STATES)[number];

/** A message as operators see it in a list. */
export interface OutboxEntry {
  readonly id: string;
  readonly kind: string;
  readonly to: string;
  readonly subject: string;
  readonly state: MailState;
  readonly attempts: number;
  /** What the last attempt that failed said. */
  readonly reason: string | null;
  /** RFC 3339, as the others. */
  readonly sentAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface OutboxMessage extends OutboxEntry {
  /** Null once it was removed. */
  readonly text: string | null;
}

/** What operators do with mail. Whoever calls has made sure that they are one. */
export interface Outbox {
  /** Newest first. */
  list(page: PageRequest, state: MailState | undefined): Promise<Page<OutboxEntry>>;
  get(id: string): Promise<OutboxMessage | undefined>;
  /** Puts a held or failed message on its way; false where there is nothing to send, or no server to send it by. */
  resend(id: string): Promise<boolean>;
}
