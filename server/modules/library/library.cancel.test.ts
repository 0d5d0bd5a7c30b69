import { beforeAll, describe, expect, test } from 'vitest';
import { libraryStage } from '../../testing/library-stage.ts';
import { type Client, eventually } from '../../testing/world.ts';

const { people, upload, settled } = libraryStage();
let power: Client;
beforeAll(() => {
  ({ power } = people());
});

describe('cancelling a batch', () => {
  test('ends what waits and what runs, says so, and can be retried', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [
        `batch-${n}.md`,
        `# Part ${n}\n\n${`Sentence ${n}. `.repeat(300)}`,
      ]),
    );
    const { task, items } = await upload(files);
    expect((await power.call('POST', `/tasks/${task?.id}/cancel`)).status).toBe(202);
    const ended = await eventually(
      async () => (await power.call('GET', `/tasks/${task?.id}`)).body as { status: string },
      ({ status }) => status !== 'queued' && status !== 'running',
    );
    expect(ended).toMatchObject({ status: 'cancelled' });
    const stages = await Promise.all(items.map(async ({ id }) => (await settled(id)).stage));
    expect(new Set(stages)).toContain('cancelled');
    expect((await power.call('POST', `/tasks/${task?.id}/retry`)).status).toBe(202);
    const again = await eventually(
      async () =>
        (await power.call('GET', `/tasks/${task?.id}`)).body as { status: string; startedAt?: string },
      ({ status }) => status !== 'queued' && status !== 'running',
      60_000,
    );
    expect(again).toMatchObject({
      status: 'succeeded',
      progress: { done: 30, total: 30 },
      result: { ready: 30 },
    });
    expect(again.startedAt).toBeDefined();
  });
});
