import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { embeddingBody } from './model-server.embeddings.ts';
import { type ChatProtocol, protocolOf } from './model-server.protocols.ts';

/** What the server does with one request. `after` is text that is streamed before the misbehaviour. */
export type Behaviour =
  | {
      readonly kind: 'answer';
      readonly text: string | ((request: RecordedRequest) => string);
      /** Characters in one event; the whole text when absent. */
      readonly chunk?: number;
      /** Between events. */
      readonly delayMs?: number;
      readonly finish?: 'stop' | 'length' | 'refusal';
      /** Without it the server reports no tokens at all, as some do. */
      readonly usage?: { readonly input: number; readonly output: number };
    }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  | { readonly kind: 'hang' }
  | { readonly kind: 'stall'; readonly after: string }
  | { readonly kind: 'cut'; readonly after: string }
  | { readonly kind: 'end_early'; readonly after: string }
  | { readonly kind: 'garbage'; readonly after: string; readonly event: string }
  | { readonly kind: 'error_event'; readonly after: string; readonly status: number }
  | { readonly kind: 'endless'; readonly text: string }
  | { readonly kind: 'raw'; readonly body: string; readonly contentType?: string }
  | {
      readonly kind: 'embed';
      readonly dimensions?: number;
      readonly shuffled?: boolean;
      readonly missing?: number;
    };

export interface RecordedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
  /** Resolves to true when the client closed the connection before the answer was complete, to false when it did not. */
  readonly left: Promise<boolean>;
}

export interface ModelServer {
  /** With `/v1`: the base URL for both providers. */
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  /** The next requests get these behaviours, in order; later ones the standing behaviour. */
  script(...behaviours: readonly Behaviour[]): void;
  /** The behaviour when the script is at its end; at first a short answer, and 64-dimensional embeddings. */
  always(behaviour: Behaviour): void;
  close(): Promise<void>;
}

const DEFAULT_ANSWER: Behaviour = { kind: 'answer', text: 'Hello.', usage: { input: 12, output: 3 } };

/**
 * A real HTTP server that speaks `POST /v1/chat/completions` and `/v1/embeddings` (OpenAI) and `/v1/messages` (Anthropic)
 * and misbehaves as told. Embeddings are a function of the text alone, so equal texts are equal in every run.
 */
export async function startModelServer(): Promise<ModelServer> {
  const requests: RecordedRequest[] = [];
  const scripted: Behaviour[] = [];
  let standing: Behaviour | null = null;
  const closing = new AbortController();

  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    void (async () => {
      const recorded = await record(request, response);
      requests.push(recorded);
      const fallback = request.url?.endsWith('/embeddings') ? ({ kind: 'embed' } as const) : DEFAULT_ANSWER;
      await behave(scripted.shift() ?? standing ?? fallback, recorded, response, closing.signal);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    script: (...behaviours) => void scripted.push(...behaviours),
    always: (behaviour) => {
      standing = behaviour;
    },
    close: async () => {
      closing.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function record(request: IncomingMessage, response: ServerResponse): Promise<RecordedRequest> {
  const left = new Promise<boolean>((resolve) =>
    response.on('close', () => resolve(!response.writableFinished)),
  );
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString() || '{}');
  if (typeof body !== 'object' || body === null) throw new TypeError('a request body is an object');
  return { path: request.url ?? '', headers: request.headers, body: { ...body }, left };
}

async function behave(
  behaviour: Behaviour,
  request: RecordedRequest,
  response: ServerResponse,
  closing: AbortSignal,
) {
  const protocol = protocolOf(request.path);
  switch (behaviour.kind) {
    case 'status':
      response.writeHead(behaviour.status, { 'content-type': 'application/json', ...behaviour.headers });
      return response.end(
        behaviour.body ??
          JSON.stringify({ type: 'error', error: { type: 'api_error', message: 'scripted' } }),
      );
    case 'hang':
      return;
    case 'raw':
      response.writeHead(200, { 'content-type': behaviour.contentType ?? 'application/json' });
      return response.end(behaviour.body);
    case 'embed':
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.end(JSON.stringify(embeddingBody(request.body, behaviour)));
    case 'answer':
      return answer(behaviour, request, response, protocol, closing);
    default:
      return misbehave(behaviour, request, response, protocol, closing);
  }
}

type Answer = Extract<Behaviour, { kind: 'answer' }>;

async function answer(
  behaviour: Answer,
  request: RecordedRequest,
  response: ServerResponse,
  protocol: ChatProtocol,
  closing: AbortSignal,
): Promise<void> {
  const text = typeof behaviour.text === 'string' ? behaviour.text : behaviour.text(request);
  open(response);
  write(response, protocol.begin(modelOf(request), behaviour.usage?.input));
  for (const piece of pieces(text, behaviour.chunk ?? (text.length || 1))) {
    if (response.destroyed) return;
    write(response, protocol.delta(piece));
    if (behaviour.delayMs !== undefined) await sleep(behaviour.delayMs, undefined, { signal: closing });
  }
  write(response, protocol.end(behaviour.finish ?? 'stop', behaviour.usage));
  response.end();
}

async function misbehave(
  behaviour: Exclude<Behaviour, { kind: 'answer' | 'status' | 'hang' | 'raw' | 'embed' }>,
  request: RecordedRequest,
  response: ServerResponse,
  protocol: ChatProtocol,
  closing: AbortSignal,
): Promise<void> {
  open(response);
  write(response, protocol.begin(modelOf(request), 12));
  if (behaviour.kind === 'endless') {
    while (!response.destroyed && !closing.aborted) {
      write(response, protocol.delta(behaviour.text));
      await sleep(1);
    }
    return;
  }
  // Sent before the misbehaviour, so that the client has surely seen it.
  if (behaviour.after !== '') write(response, protocol.delta(behaviour.after));
  await sleep(20);
  if (behaviour.kind === 'cut') response.destroy();
  if (behaviour.kind === 'garbage') write(response, behaviour.event);
  if (behaviour.kind === 'error_event') write(response, protocol.error(behaviour.status));
  if (behaviour.kind === 'end_early' || behaviour.kind === 'garbage' || behaviour.kind === 'error_event')
    response.end();
}

function open(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
}

function write(response: ServerResponse, frames: string): void {
  if (!response.destroyed) response.write(frames);
}

function modelOf(request: RecordedRequest): string {
  return typeof request.body.model === 'string' ? request.body.model : 'unnamed';
}

/** Cuts by code points, so that no event holds half a character. */
function* pieces(text: string, size: number): Generator<string> {
  const characters = [...text];
  for (let at = 0; at < characters.length; at += size) yield characters.slice(at, at + size).join('');
}
