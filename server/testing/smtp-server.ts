import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** The message as it came, headers and all, with CRLF. */
  readonly raw: string;
}

/** A real SMTP server on a free port of this machine, which refuses what it is told to. */
export interface TestSmtpServer {
  readonly port: number;
  readonly received: ReceivedMail[];
  /** The replies to the next messages, for example `450 Not now`; `''` accepts. Afterwards everything is accepted. */
  answerNext(...replies: string[]): void;
  close(): Promise<void>;
}

export async function testSmtpServer(
  options: { port?: number; secure?: boolean } = {},
): Promise<TestSmtpServer> {
  const received: ReceivedMail[] = [];
  const replies: string[] = [];
  const server = new SMTPServer({
    secure: options.secure ?? false,
    disabledCommands: ['AUTH', ...(options.secure ? [] : ['STARTTLS'])],
    onRcptTo: (_address, _session, callback) => callback(refusalOf(replies.shift())),
    onData: (stream, session, callback) => {
      const { mailFrom, rcptTo } = session.envelope;
      void text(stream).then((raw) => {
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw,
        });
        callback();
      });
    },
  });
  // A client that leaves in the middle is what some tests are about.
  server.on('error', () => undefined);
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    answerNext: (...next) => void replies.push(...next),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function refusalOf(reply = ''): Error | null {
  const match = /^(\d{3}) (.*)$/.exec(reply);
  return match === null ? null : Object.assign(new Error(match[2]), { responseCode: Number(match[1]) });
}
