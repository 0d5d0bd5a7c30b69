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
