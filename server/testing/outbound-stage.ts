import { createServer, type RequestListener, type Server } from 'node:http';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from 'node:net';
import { afterEach, beforeEach } from 'vitest';
import { isAppError } from '../kernel/errors.ts';
import { toProblem } from '../platform/http/problem.ts';
import { parseAllowed } from '../platform/outbound/allow.ts';
import type { Resolve } from '../platform/outbound/connect.ts';
import { createOutbound } from '../platform/outbound/outbound.ts';
import type { Outbound } from '../platform/outbound/port.ts';

export const refused = { status: 422, code: 'outbound.refused' };
export const failed = { status: 502, code: 'outbound.failed' };

/** The problem document that the person who gave the address would see. */
export async function problemOf(call: Promise<unknown>): Promise<Record<string, unknown>> {
  const error = await call.then(
    () => 'no error',
    (reason: unknown) => reason,
  );
  if (!isAppError(error)) throw new Error('no AppError', { cause: error });
  return { ...toProblem(error, 'id') };
}

export const bodyOf = async (call: Promise<{ body: Uint8Array }>) =>
  Buffer.from((await call).body).toString();

/**
 * Servers that end with their test, and names that resolve to what the test says.
 * Call it where hooks may be registered.
 */
export function outboundStage() {
  const open: (Server | TcpServer)[] = [];
  const sockets = new Set<Socket>();
  /** What each name resolves to; answers are given in turn, the last one for ever. */
  const names = new Map<string, string[][]>();
  /** The names that were asked for. */
  const resolved: string[] = [];

  const resolve: Resolve = async (host) => {
    resolved.push(host);
    const answers = names.get(host) ?? [];
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? [];
    return answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };

  beforeEach(() => {
    names.clear();
    resolved.length = 0;
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all(open.splice(0).map((server) => new Promise((done) => server.close(done))));
  });

  /** Its port. */
  async function listening(server: Server | TcpServer): Promise<number> {
    open.push(server);
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return (server.address() as AddressInfo).port;
  }
  const serve = (listener: RequestListener) => listening(createServer(listener));
  /** A server that answers every connection with these bytes, whatever it is asked. */
  const raw = (answer: (socket: Socket) => void) =>
    listening(createTcpServer((socket) => void socket.once('data', () => answer(socket))));

  function door(...allow: readonly string[]): Outbound {
    return createOutbound({ allow: allow.flatMap((entry) => parseAllowed(entry) ?? []), ports: [], resolve });
  }

  return { open, names, resolved, listening, serve, raw, door };
}
