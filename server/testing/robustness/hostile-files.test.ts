import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api, sourceOf } from './api.ts';
import { CANARY } from './hostile-file.ts';
import { hostileFiles, hostileNames } from './hostile-files.ts';
import { outcomeOf, READER_BYTES, stillWorks } from './outcomes.ts';
import { ChildMemory, canWatchMemory } from './processes.ts';
import { Product, scratchFolder } from './product.ts';

/** Shorter than the default, so that files which use it up do not hold up the suite. */
const READER_SECONDS = 8;
/** From the answer to a terminal state: the reader's time, and what the machine does besides. */
const LIMIT_MS = READER_SECONDS * 1000 + 10_000;

let folder: Awaited<ReturnType<typeof scratchFolder>>;
let product: Product;
let api: Api;
let trap: Server;
const trapped: string[] = [];

beforeAll(async () => {
  trap = createServer((request, response) => {
    trapped.push(request.url ?? '');
    response.end();
  });
  await new Promise<void>((listening) => trap.listen(0, '127.0.0.1', listening));
  folder = await scratchFolder();
  product = await Product.start({
    dataDir: folder.path,
    environment: { PARSE_TIMEOUT_SECONDS: String(READER_SECONDS) },
  });
  api = await Api.register(product.baseUrl);
}, 150_000);

afterAll(async () => {
  await product?.kill('SIGKILL');
  trap?.close();
  await folder?.remove();
});

describe('a hostile file', () => {
  // The address of the trap is known only once it listens; the names are the same for any.
  it.each(hostileFiles('').map(({ name }) => name))('%s ends with a reason', async (name) => {
    const { port } = trap.address() as AddressInfo;
    const file = hostileFiles(`http://127.0.0.1:${port}`).find((candidate) => candidate.name === name);
    if (file === undefined) throw new Error(`There is no file ${name}.`);
    const memory = canWatchMemory ? new ChildMemory(product.pid) : undefined;
    const { end, why } = await outcomeOf(api, { name, bytes: file.build() }, LIMIT_MS);
    if (memory !== undefined) expect(memory.stop()).toBeLessThan(READER_BYTES);
    expect([name, end === 'ready' ? 'ready' : 'refused', why]).toEqual([
      name,
      file.fate === 'either' ? expect.any(String) : file.fate,
      why,
    ]);
    await stillWorks(product, api);
  });

  it('that can be read gives its text, and nothing of this machine', async () => {
    for (const source of await api.sources({ status: 'ready' })) {
      const { body } = await api.call<{ text: string }>('GET', `/library/sources/${source.id}/content`);
      expect(body.text).not.toMatch(/root:.*:0:0|\/bin\/(ba)?sh/);
    }
    const { body } = await api.call<{ items: unknown[] }>(
      'GET',
      `/search?q=${encodeURIComponent(`"${CANARY}"`)}&mode=keyword`,
    );
    expect(body.items.length).toBeGreaterThanOrEqual(4);
  });

  it('reaches no other server', () => expect(trapped).toEqual([]));
});

describe('a hostile name', () => {
  it.each(hostileNames)('%j is kept as a name and never as a path', async (name) => {
    const text = `Named ${JSON.stringify(name)} by ${crypto.randomUUID()}.`;
    const answer = await api.upload([{ name, bytes: Buffer.from(text) }]);
    if (answer.status >= 400) {
      expect([answer.status, answer.body.code]).toEqual([
        expect.toBeOneOf([400, 415, 422]),
        expect.any(String),
      ]);
      return;
    }
    const source = await api.settle(sourceOf(answer).id, LIMIT_MS);
    expect(source.stage).toBe('ready');
    const download = await api.call('GET', `/library/sources/${source.id}/file`);
    expect(download.status).toBe(200);
    expect(download.body).toBe(text);
    expect(download.headers.get('content-disposition') ?? '').not.toMatch(/[\r\n\\/]/);
    expect(download.headers.get('x-content-type-options')).toBe('nosniff');
  });
});
