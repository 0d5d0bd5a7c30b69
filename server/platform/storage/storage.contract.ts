import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../kernel/ids.ts';
import type { Storage } from './port.ts';

export interface OpenedStorage {
  readonly storage: Storage;
  close(): Promise<void>;
}

/** What every storage adapter must do. */
export function storageContract(name: string, open: () => Promise<OpenedStorage>): void {
  describe(`storage contract: ${name}`, () => {
    const organization = newId();
    const bytes = randomBytes(300_000);
    let opened: OpenedStorage;
    let storage: Storage;

    beforeAll(async () => {
      opened = await open();
      storage = opened.storage;
    });
    afterAll(() => opened.close());

    const keys = async () => (await Array.fromAsync(storage.list())).map(({ key }) => key).sort();

    test('gives back what was put, whole and in part, with size and hash', async () => {
      const stored = await storage.put(
        organization,
        Readable.from([bytes.subarray(0, 1000), bytes.subarray(1000)]),
        { maxBytes: 300_000 },
      );
      expect(stored).toMatchObject({
        size: 300_000,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
      expect(await buffer(await storage.read(stored.key))).toEqual(bytes);
      expect(await buffer(await storage.read(stored.key, { start: 10, end: 20 }))).toEqual(
        bytes.subarray(10, 20),
      );
      expect(await storage.size(stored.key)).toBe(300_000);
      expect(await keys()).toContain(stored.key);
      await storage.remove(stored.key);
      await storage.remove(stored.key);
      await expect(storage.read(stored.key)).rejects.toMatchObject({ code: 'storage.object_not_found' });
    });

    test('lists what one organization has', async () => {
      const other = newId();
      expect(await Array.fromAsync(storage.list(other))).toEqual([]);
      const own = await storage.put(other, Readable.from([bytes]), { maxBytes: 300_000 });
      const foreign = await storage.put(organization, Readable.from([bytes]), { maxBytes: 300_000 });
      expect((await Array.fromAsync(storage.list(other))).map(({ key }) => key)).toEqual([own.key]);
      for (const { key } of [own, foreign]) await storage.remove(key);
    });

    test('one byte over the limit, or a stream that breaks, leaves nothing', async () => {
      const before = await keys();
      await expect(
        storage.put(organization, Readable.from([bytes]), { maxBytes: 299_999 }),
      ).rejects.toMatchObject({ kind: 'too_large' });
      const broken = Readable.from(
        (async function* () {
          yield bytes.subarray(0, 1000);
          throw new Error('connection lost');
        })(),
      );
      await expect(storage.put(organization, broken, { maxBytes: 300_000 })).rejects.toMatchObject({
        code: 'storage.interrupted',
        retryable: true,
      });
      const abort = new AbortController();
      const endless = Readable.from(
        (async function* () {
          for (;;) {
            yield bytes.subarray(0, 10);
            abort.abort();
          }
        })(),
      );
      await expect(
        storage.put(organization, endless, { maxBytes: 300_000, signal: abort.signal }),
      ).rejects.toMatchObject({ code: 'storage.interrupted' });
      expect(await keys()).toEqual(before);
    });

    test.each(['../../etc/passwd', '/etc/passwd', `${organization}/../x`, 'a\0b', ''])(
      'a key that it did not make is not found: %j',
      async (key) => {
        await expect(storage.read(key)).rejects.toMatchObject({ code: 'storage.object_not_found' });
      },
    );

    test('hands a worker a path, and checks itself', async () => {
      const { key } = await storage.put(organization, Readable.from([Buffer.from('hello')]), {
        maxBytes: 10,
      });
      const local = await storage.localPath(key);
      expect(local.path).not.toBe('');
      await local.release();
      await storage.check();
    });
  });
}
