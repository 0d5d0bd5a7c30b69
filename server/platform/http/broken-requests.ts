import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError } from 'fastify';
import { AppError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { PROBLEM_TYPE } from './problem.ts';

/** Bytes that are no request (RFC 9112), or headers without end: there is no request to answer through. */
export function answerBrokenRequest(error: Pick<ConnectionError, 'code'>, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, code, detail } = readingOf(error.code);
  const title = STATUS_CODES[status] ?? 'Error';
  const type = `urn:scriptorium:error:${code}`;
  const body = JSON.stringify({ type, title, status, detail, code, requestId: newId() });
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'x-content-type-options: nosniff',
    'connection: close',
  ];
  // What the other side still sends is not read, and it does not decide when the connection is over.
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

function readingOf(code: string | undefined): { status: number; code: string; detail: string } {
  if (code === 'HPE_HEADER_OVERFLOW')
    return { status: 431, code: 'request.headers_too_large', detail: 'The headers are too large.' };
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return { status: 408, code: 'request.timeout', detail: 'The request took too long to arrive.' };
  return { status: 400, code: 'request.malformed', detail: 'This is not an HTTP request.' };
}

/** RFC 9110, 10.1.1: an `Expect` that is not `100-continue`. Node alone answers it without a word. */
export function answerExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const code = 'request.expectation_failed';
  const problem = {
    type: `urn:scriptorium:error:${code}`,
    title: STATUS_CODES[417],
    status: 417,
    detail: 'The server meets no expectation but 100-continue.',
    code,
    requestId: newId(),
  };
  response.writeHead(417, {
    'content-type': PROBLEM_TYPE,
    'x-content-type-options': 'nosniff',
    connection: 'close',
  });
  response.end(JSON.stringify(problem));
}

/** RFC 9112, 3.2: one `Host` and no more, or a proxy may have read another one than we do. Node keeps the first in silence. */
export function requireOneHost({ rawHeaders }: IncomingMessage): void {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  if (hosts > 1)
    throw new AppError({
      kind: 'malformed',
      code: 'request.malformed',
      safeMessage: 'The request names more than one host.',
    });
}
