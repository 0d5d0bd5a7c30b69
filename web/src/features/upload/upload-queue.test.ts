import { describe, expect, test, vi } from 'vitest';
import { ProblemError, type Source, type UploadAnswer } from '../../../../client/index.ts';
import { createUploadQueue, type SendBatch, type UploadQueue } from './upload-queue.ts';

function file(name: string, size = 10): File {
  return new File(['x'.repeat(size)], name);
}

function source(name: string, changes: Partial<Source> = {}): Source {
  return {
    id: `id-${name}`,
    title: name,
    fileName: name,
    mediaType: 'text/plain',
    language: null,
    authors: [],
    size: 10,
    sha256: '',
    collectionId: null,
    stage: 'received',
    version: 0,
    taskId: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    ...changes,
  };
}

function accepts(files: readonly File[]): UploadAnswer {
  return { items: files.map(({ name }) => source(name)), task: null };
}

function refusal(status: number, retryAfter?: number): ProblemError {
  return new ProblemError({ status, code: 'test', detail: `refused with ${status}`, retryAfter });
}

async function settled(queue: UploadQueue) {
  await vi.waitUntil(() =>
    queue.snapshot().items.every(({ state }) => state !== 'waiting' && state !== 'sending'),
  );
  return queue.snapshot().items;
}

describe('the upload queue', () => {
  test('sends in batches of at most twenty files, one after the other, in order', async () => {
    const sizes: number[] = [];
    let atOnce = 0;
    const send: SendBatch = async (files) => {
      atOnce += 1;
      expect(atOnce).toBe(1);
      sizes.push(files.length);
      await Promise.resolve();
      atOnce -= 1;
      return accepts(files);
    };
    const queue = createUploadQueue(send);
    queue.add(
      Array.from({ length: 45 }, (_, index) => file(`${index}.txt`)),
      undefined,
    );
    const items = await settled(queue);
    expect(sizes).toEqual([20, 20, 5]);
    expect(items.map((item) => item.source?.title)).toEqual(items.map((item) => item.name));
  });

  test('files of different collections do not share a request', async () => {
    const sent: (string | undefined)[] = [];
    const queue = createUploadQueue(async (files, collectionId) => {
      sent.push(collectionId);
      return accepts(files);
    });
    queue.add([file('a')], 'one');
    queue.add([file('b')], 'two');
    await settled(queue);
    expect(sent).toEqual(['one', 'two']);
  });

  test('tells duplicates and refusals within an answer from what was taken', async () => {
    const queue = createUploadQueue(async () => ({
      items: [source('a'), source('c', { duplicateOf: 'id-old' })],
      task: null,
      rejected: [{ fileName: 'b', code: 'library.unsupported_format', message: 'Not a document.' }],
    }));
    queue.add([file('a'), file('b'), file('c')], undefined);
    expect((await settled(queue)).map(({ state, reason }) => [state, reason])).toEqual([
      ['accepted', undefined],
      ['refused', 'Not a document.'],
      ['duplicate', undefined],
    ]);
  });

  test('when a batch is refused as a whole, each file gets its own answer', async () => {
    const queue = createUploadQueue(async (files) => {
      if (files.length > 1 || files[0]?.name === 'bad') throw refusal(415);
      return accepts(files);
    });
    queue.add([file('good'), file('bad')], undefined);
    expect((await settled(queue)).map(({ state, reason }) => [state, reason])).toEqual([
      ['accepted', undefined],
      ['refused', 'refused with 415'],
    ]);
  });

  test('a busy server is waited for as long as it says', async () => {
    const waits: number[] = [];
    const answers = [() => Promise.reject(refusal(429, 3)), (files: readonly File[]) => accepts(files)];
    const queue = createUploadQueue(
      async (files) => answers.shift()?.(files) ?? accepts(files),
      async (seconds) => {
        waits.push(seconds);
      },
    );
    queue.add([file('a')], undefined);
    expect((await settled(queue))[0]?.state).toBe('accepted');
    expect(waits).toEqual([3]);
  });

  test('an unreachable server is said once, without trying file by file', async () => {
    const send = vi.fn<SendBatch>().mockRejectedValue(refusal(0));
    const queue = createUploadQueue(send);
    queue.add([file('a'), file('b')], undefined);
    expect((await settled(queue)).map(({ state }) => state)).toEqual(['refused', 'refused']);
    expect(send).toHaveBeenCalledTimes(1);
  });

  test('shares the bytes of a request out to its files in order', async () => {
    const seen: number[][] = [];
    const queue = createUploadQueue(async (files, _collection, onProgress) => {
      onProgress(15);
      seen.push(queue.snapshot().items.map((item) => item.sent));
      return accepts(files);
    });
    queue.add([file('a', 10), file('b', 10), file('c', 10)], undefined);
    await settled(queue);
    expect(seen).toEqual([[10, 5, 0]]);
  });

  test('emptying the list stops the request that is under way and what waits', async () => {
    let aborted = false;
    const send: SendBatch = (_files, _collection, _progress, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted = true;
          reject(signal.reason);
        });
      });
    const queue = createUploadQueue(send);
    queue.add([file('a')], undefined);
    queue.clear();
    await vi.waitUntil(() => aborted);
    expect(queue.snapshot().items).toEqual([]);
  });
});
