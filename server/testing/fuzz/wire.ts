import { connect } from 'node:net';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

/** A request as its bytes will say it: no client library stands between that would mend or refuse it. */
export interface WireRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Uint8Array | undefined;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Decoded. */
  readonly body: string;
  readonly head: string;
}

/** `answer` is undefined where none came: the connection was cut, or the time was over. */
export interface Exchange {
  readonly answer: WireAnswer | undefined;
  readonly ms: number;
  readonly why: string;
}

/** Streams never end by themselves: their beginning is enough. */
const STREAM_MS = 60;

/** One request over a connection of its own, on loopback. Header values are Latin-1 on the wire (RFC 9110, 5.5). */
export function exchange(url: string, request: WireRequest, limitMs: number): Promise<Exchange> {
  const { hostname, port, host } = new URL(url);
  const began = performance.now();
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    let stream: NodeJS.Timeout | undefined;
    const end = (why: string) => {
      clearTimeout(limit);
      clearTimeout(stream);
      socket.destroy();
      const answer = parseAnswer(Buffer.concat(chunks), request.method);
      resolve({ answer: why === 'silence' ? undefined : answer, ms: performance.now() - began, why });
    };
    const limit = setTimeout(() => end('silence'), limitMs);
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      if (stream === undefined && isStream(chunks)) stream = setTimeout(() => end('stream'), STREAM_MS);
    });
    socket.on('end', () => end('complete'));
    socket.on('error', (error) => end(error.message));
    socket.write(bytesOf(request, host));
    // A body whose announced length lies is over when the connection says so.
    if (framesItself(request)) socket.end();
  });
}

function isStream(chunks: readonly Buffer[]): boolean {
  // Behind `100 Continue` the answer's head is in a later chunk.
  return /\r\ncontent-type: text\/event-stream/i.test(Buffer.concat(chunks.slice(0, 2)).toString('latin1'));
}

const FRAMING: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding']);
const framesItself = ({ headers }: WireRequest) => headers.some(([name]) => FRAMING.has(name.toLowerCase()));

export function bytesOf(request: WireRequest, host: string): Buffer {
  const { method, target, headers, body } = request;
  const content = body === undefined ? undefined : Buffer.from(body);
  const named = new Set(headers.map(([name]) => name.toLowerCase()));
  const lines = [`${method} ${target} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  if (!named.has('host')) lines.push(`host: ${host}`);
  if (!named.has('connection')) lines.push('connection: close');
  if (content && !framesItself(request)) lines.push(`content-length: ${content.length}`);
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return content ? Buffer.concat([head, content]) : head;
}

function parseAnswer(bytes: Buffer, method: string): WireAnswer | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const [statusLine = '', ...lines] = head.split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
  if (!status) return undefined;
  const rest = bytes.subarray(headEnd + 4);
  if (status < 200) return parseAnswer(rest, method);
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const whole =
    headers.get('transfer-encoding') === 'chunked' ? unchunked(rest) : rest.subarray(0, lengthOf(headers));
  const body = method === 'HEAD' ? '' : decoded(whole, headers.get('content-encoding'));
  return { status, headers, body, head };
}

/** What comes behind it answers the bytes that followed a body whose announced length lied: another request to the server. */
function lengthOf(headers: Headers): number | undefined {
  const length = headers.get('content-length');
  return length === null ? undefined : Number(length);
}

/** RFC 9112, 7.1; of a stream that was cut, what came. */
function unchunked(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (lineEnd < 0 || !(size > 0)) return Buffer.concat(parts);
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

function decoded(bytes: Buffer, encoding: string | null): string {
  try {
    if (encoding === 'gzip') return gunzipSync(bytes).toString();
    if (encoding === 'br') return brotliDecompressSync(bytes).toString();
  } catch (error) {
    return `(${encoding} that cannot be read: ${error instanceof Error ? error.message : error})`;
  }
  return bytes.toString();
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** The request as a line for a shell; bytes that no shell can hold go through `printf`. */
export function toCurl(url: string, { method, target, headers, body }: WireRequest): string {
  const parts = [`curl -i -g --path-as-is -X ${quoted(method)} ${quoted(url + target)}`];
  for (const [name, value] of headers)
    parts.push(`-H ${quoted(value === '' ? `${name};` : `${name}: ${value}`)}`);
  if (body === undefined) return parts.join(' ');
  if (typeof body === 'string' && !/[\0\r]/.test(body))
    return [...parts, `--data-binary ${quoted(body)}`].join(' ');
  const octal = [...Buffer.from(body)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
  return `printf ${quoted(octal)} | ${[...parts, '--data-binary @-'].join(' ')}`;
}
