import { readSmtpUrl } from './smtp-url.ts';

export interface SmtpSettings {
  /** `smtps://user:password@host:port` or `smtp://…`; see `readSmtpUrl`. */
  readonly url: string;
  /** `Name <address>` or an address. */
  readonly from: string;
}

/** One message, ready to go. */
export interface Letter {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly date: Date;
}

export type Delivery =
  | { readonly kind: 'sent' }
  /** The server will never take it (RFC 5321, 4.2.1: 5yz about this message). */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It may take it later: no connection, 4yz, or a sign-in that an operator has to mend. */
  | { readonly kind: 'postponed'; readonly reason: string };

export interface Courier {
  deliver(letter: Letter, signal: AbortSignal): Promise<Delivery>;
}

/** Milliseconds. */
const TIMEOUTS = {
  dnsTimeout: 10_000,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 30_000,
} as const;
const MAX_REASON = 500;

/** Sends through an SMTP server (RFC 5321), a connection for each message. */
export function createCourier({ url, from }: SmtpSettings): Courier {
  const { connection, problem } = readSmtpUrl(url);
  if (connection === undefined) throw new Error(`SMTP_URL ${problem}`);
  const options = {
    ...connection,
    ...TIMEOUTS,
    // A message is text of ours; nothing in it may ever name a file or an address to fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  const domain = /@([^@>]+)>?$/.exec(from)?.[1] ?? 'localhost';
  return {
    deliver: async ({ id, to, subject, text, date }, signal) => {
      // Not needed to start, and by many never.
      const { createTransport } = await import('nodemailer');
      try {
        await createTransport(options).sendMail({
          from,
          // As an object it is one address, whatever it looks like; a text would be read as a list.
          to: { name: '', address: to },
          subject,
          text,
          date,
          // The same at every attempt, so that a message that was sent twice is recognised.
          messageId: `<${id}@${domain}>`,
          // RFC 3834: no absence notices in answer.
          headers: { 'auto-submitted': 'auto-generated' },
          signal,
        });
        return { kind: 'sent' };
      } catch (error) {
        signal.throwIfAborted();
        return failureOf(error);
      }
    },
  };
}

function failureOf(error: unknown): Delivery {
  const {
    message = 'unknown error',
    code,
    responseCode,
  } = error as {
    readonly message?: string;
    readonly code?: string;
    readonly responseCode?: number;
  };
  const reason = [...message.replaceAll(/\p{Cc}+/gu, ' ')].slice(0, MAX_REASON).join('');
  const aboutMessage = code === 'EENVELOPE' || code === 'EMESSAGE';
  // Without an answer, EENVELOPE says that the address itself cannot be used.
  const permanent = responseCode === undefined ? code === 'EENVELOPE' : responseCode >= 500;
  return { kind: aboutMessage && permanent ? 'refused' : 'postponed', reason };
}
