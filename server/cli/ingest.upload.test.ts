import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FoundFile } from './ingest.files.ts';
import { createForm } from './ingest.form.ts';
import { uploadBatch } from './ingest.upload.ts';
import type { Session } from './session.ts';

// Against a server that misbehaves; the product's own is in remote.test.ts.

interface Received {
  readonly key: string | undefined;
  readonly body: string;
}
type Behaviour = (
  received: Received,
) =>
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body: unknown }
  | 'hang up';

let folder: string;
let server: Server;
let received: Received[];
let script: Behaviour[];

const accept: Behaviour = ({ body }) => ({
  status: 202,
  body: {
    items: [...body.matchAll(/filename="([^"]*)"/g)].map(([, fileName]) => ({ fileName, stage: 'ready' })),
    task: null,
  },
});
const refuse =
  (status: number, code: string, headers: Record<string, string> = {}): Behaviour =>
  () => ({ status, headers, body: { code, detail: 'Refused.' } });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scriptorium-upload-'));
  received = [];
  script = [];
  server = createServer(
    (request, response) =>
      void answer(request, response.socket?.destroy.bind(response.socket), (status, headers, body) =>
        response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body),
      ),
  );
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

async function answer(
  request: IncomingMessage,
  hangUp: (() => unknown) | undefined,
  reply: (status: number, headers: Record<string, string>, body: string) => void,
): Promise<void> {
  const body = await text(request).catch(() => undefined);
  if (body === undefined) return;
  const key = request.headers['idempotency-key'];
  const request_ = { key: typeof key === 'string' ? key : undefined, body };
  received.push(request_);
  const outcome = (script.shift() ?? accept)(request_);
  if (outcome === 'hang up') hangUp?.();
  else reply(outcome.status, outcome.headers ?? {}, JSON.stringify(outcome.body));
}

function upload(files: readonly FoundFile[], signal = new AbortController().signal) {
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const session: Pick<Session, 'send'> = { send: (path, init) => fetch(new URL(path, baseUrl), init) };
  return uploadBatch(session, files, { collectionId: 'c', language: undefined }, signal);
}

async function file(name: string, content: string | Uint8Array = name): Promise<FoundFile> {
  const path = join(folder, name.replace(/\W/g, '_'));
  await writeFile(path, content);
  return { path, name, size: content.length };
}

describe('uploading a batch', () => {
  test('sends the files as they are, their fields before them', async () => {
    const outcome = await upload([await file('a "quoted"\r\nname.txt', 'one'), await file('b.txt', 'two')]);
    expect(outcome.sources.map(({ fileName }) => fileName)).toEqual([
      'a %22quoted%22%0D%0Aname.txt',
      'b.txt',
    ]);
    expect(received[0]?.body).toMatch(
      /^--(\S+)\r\n[\s\S]*name="collectionId"\r\n\r\nc\r\n--\1\r\n[\s\S]*\r\n\r\none\r\n--\1\r\n[\s\S]*\r\n\r\ntwo\r\n--\1--\r\n$/,
    );
  });

  test('asks again under the same key when the server is busy, still at it, or hangs up', async () => {
    const now = { 'retry-after': '0' };
    script = [
      refuse(503, 'storage.busy', now),
      refuse(429, 'request.rate_limited', now),
      refuse(409, 'request.in_flight', now),
    ];
    expect((await upload([await file('a.txt')])).sources).toHaveLength(1);
    expect(new Set(received.map(({ key }) => key)).size).toBe(1);
    expect(received).toHaveLength(4);
    script = [() => 'hang up'];
    expect((await upload([await file('a.txt')])).sources).toHaveLength(1);
  });

  test('narrows a refusal down to its file', async () => {
    const all = refuse(415, 'library.unsupported_format');
    script = [all, accept, all, accept];
    const { sources, refused } = await upload([
      await file('a.txt'),
      await file('b.bin'),
      await file('c.txt'),
    ]);
    expect(sources.map(({ fileName }) => fileName)).toEqual(['a.txt', 'c.txt']);
    expect(refused).toEqual([{ fileName: 'b.bin', code: 'library.unsupported_format', message: 'Refused.' }]);
  });

  test('a full disk refuses the batch once, not file by file', async () => {
    script = [refuse(507, 'storage.out_of_space')];
    const { refused } = await upload([await file('a.txt'), await file('b.txt')]);
    expect(refused.map(({ fileName }) => fileName)).toEqual(['a.txt', 'b.txt']);
    expect(received).toHaveLength(1);
  });

  test.each([
    [401, 'identity.invalid_token'],
    [403, 'identity.role_required'],
    [404, 'library.collection_not_found'],
  ])('%i stops everything', async (status, code) => {
    script = [refuse(status, code)];
    await expect(upload([await file('a.txt')])).rejects.toMatchObject({ status, code });
  });

  test('a file that has gone is named, and the others arrive', async () => {
    const gone = { path: join(folder, 'gone.txt'), name: 'gone.txt', size: 3 };
    const { sources, refused } = await upload([await file('a.txt'), gone, await file('b.txt')]);
    expect(refused).toEqual([
      { fileName: 'gone.txt', code: 'client.unreadable_file', message: 'The file cannot be read (ENOENT).' },
    ]);
    expect(sources.map(({ fileName }) => fileName)).toEqual(['a.txt', 'b.txt']);
  });

  test('a file that shrinks while it is sent ends the process in no way', async () => {
    const large = await file('large.txt', randomBytes(5_000_000));
    const form = createForm({}, [large]);
    const reader = form.body.getReader();
    await reader.read();
    await truncate(large.path, 10);
    await chmod(large.path, 0o600);
    for (let next = await reader.read(); !next.done; next = await reader.read());
    expect(form.problem()).toBeUndefined();
  });

  test('an interruption ends the waiting at once', async () => {
    script = [refuse(503, 'storage.busy', { 'retry-after': '30' })];
    const controller = new AbortController();
    const uploading = upload([await file('a.txt')], controller.signal);
    while (received.length === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort(new Error('interrupted'));
    await expect(uploading).rejects.toThrow();
  });
});
