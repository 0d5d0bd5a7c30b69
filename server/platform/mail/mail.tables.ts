import type { MailState } from './port.ts';

export interface MailTables {
  mail_messages: {
    id: string;
    kind: string;
    recipient: string;
    subject: string;
    /** Sealed. */
    body: Uint8Array | null;
    state: MailState;
    attempts: number;
    reason: string | null;
    sent_at: string | null;
    created_at: string;
    updated_at: string;
  };
}

export type MailRow = MailTables['mail_messages'];
