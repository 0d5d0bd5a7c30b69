import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Api } from './api.ts';
import { filesOnDisk } from './inventory.ts';
import { Product, scratchFolder } from './product.ts';

let folder: Awaited<ReturnType<typeof scratchFolder>>;
let product: Product | undefined;
let mounted: string | undefined;

beforeEach(async () => {
  folder = await scratchFolder();
});

afterEach(async () => {
  await product?.kill('SIGKILL');
  product = undefined;
  if (mounted !== undefined) execFileSync('umount', [mounted]);
  mounted = undefined;
  await folder.remove();
});

const texts = (count: number, words = 400) =>
  Array.from({ length: count }, (_, index) => ({
    name: `text-${index}.md`,
    bytes: Buffer.from(`# Text ${index}\n\n${`Sentence of text ${index}. `.repeat(words / 4)}\n`),
  }));

describe('a second process on the same folder', () => {
  it('refuses with a sentence, and the first one goes on', async () => {
    product = await Product.start({ dataDir: folder.path });
    const { exit, output } = await Product.refuse({ dataDir: folder.path });
    expect(exit.code).toBeGreaterThan(0);
    expect(output).toMatch(/in use|another process|already/i);
    expect(output).not.toMatch(/\n\s+at /);
    expect((await fetch(`${product.baseUrl}/health/ready`)).status).toBe(200);
  });

  it('is welcome once the first one was killed', async () => {
    product = await Product.start({ dataDir: folder.path });
    const api = await Api.register(product.baseUrl);
    await product.kill('SIGKILL');
    product = await Product.start({ dataDir: folder.path });
    expect((await api.at(product.baseUrl).call('GET', '/auth/me')).status).toBe(200);
  });
});

describe('SIGTERM', () => {
  it('ends the process within 30 s in the midst of work, and loses none of it', async () => {
    product = await Product.start({ dataDir: folder.path });
    const api = await Api.register(product.baseUrl);
    const collection = await api.createCollection('Interrupted');
    expect((await api.upload(texts(100), { collectionId: collection })).status).toBe(202);
    expect(await product.terminate(30_000)).toMatchObject({ code: 0, signal: null });

    product = await Product.start({ dataDir: folder.path });
    const sources = await api.at(product.baseUrl).settleAll(collection, 60_000);
    expect(sources).toHaveLength(100);
    expect(sources.filter(({ stage }) => stage !== 'ready')).toEqual([]);
  }, 150_000);

  it('does not wait for streams and half-sent uploads', async () => {
    product = await Product.start({ dataDir: folder.path });
    const api = await Api.register(product.baseUrl);
    const collection = await api.createCollection('Streams');
    const { body } = await api.upload(texts(1), { collectionId: collection });
    const [task] = (await api.call<{ items: { id: string }[] }>('GET', '/tasks')).body.items;
    expect(body.items).toHaveLength(1);
    const stream = fetch(`${api.baseUrl}/api/v1/tasks/${task?.id}/events`, {
      headers: { authorization: `Bearer ${api.token}` },
    })
      .then((response) => response.text())
      .catch(() => 'cut');
    const upload = halfAnUpload(api);
    await delay(300);
    expect(await product.terminate(30_000)).toMatchObject({ code: 0, signal: null });
    await Promise.all([stream, upload]);
    expect(readdirSync(join(folder.path, 'files', 'incoming'))).toEqual([]);
  }, 150_000);
});

describe('a full disk', () => {
  it('refuses the upload with 507 or 503, keeps no trace of it, and recovers', async ({ skip }) => {
    const disk = mountSmallDisk(join(folder.path, 'small'));
    if (disk === undefined) return skip('a small disk can be mounted by root on Linux only');
    mounted = disk;
    product = await Product.start({
      dataDir: join(folder.path, 'data'),
      environment: { STORAGE_URL: `file://${disk}` },
    });
    const api = await Api.register(product.baseUrl);
    const tooLarge = { name: 'large.txt', bytes: Buffer.from('All work and no play. '.repeat(300_000)) };

    const refused = await api.upload([tooLarge]);
    expect([507, 503]).toContain(refused.status);
    expect(refused.headers.get('content-type')).toMatch('application/problem+json');
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await api.sources()).toEqual([]);
    expect(filesOnDisk(disk)).toEqual([]);

    const among = await api.upload([...texts(2), tooLarge]);
    expect([202, 507, 503]).toContain(among.status);
    const kept = await api.sources();
    expect(filesOnDisk(disk)).toHaveLength(kept.length);

    const small = await api.upload([
      { name: 'small.txt', bytes: Buffer.from('There is room for this one.') },
    ]);
    expect(small.status).toBe(202);
    expect((await api.settle(small.body.items[0]?.id ?? '', 30_000)).stage).toBe('ready');
  });
});

/** 4 MB of memory as a file system; undefined where that is not allowed. */
function mountSmallDisk(path: string): string | undefined {
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', path], { stdio: 'ignore' });
    return path;
  } catch {
    return undefined;
  }
}

/** Sends the beginning of a file and no end. Resolves when the server hangs up or answers. */
function halfAnUpload(api: Api): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const sending = request(`${api.baseUrl}/api/v1/library/sources`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${api.token}`,
      'content-type': 'multipart/form-data; boundary=b',
      'content-length': 1_000_000,
    },
  });
  sending.on('error', () => resolve());
  sending.on('response', () => resolve());
  sending.write(
    '--b\r\ncontent-disposition: form-data; name="file"; filename="half.txt"\r\ncontent-type: text/plain\r\n\r\nHalf of it',
  );
  return promise;
}
