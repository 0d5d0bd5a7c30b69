import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemActor } from '../../kernel/actor.ts';
import { type Client, createWorld, eventually, type World } from '../../testing/world.ts';
import type { TaskView } from './tasks.schemas.ts';

const NEW_TASK = {
  kind: 'test.work',
  queue: 'test',
  title: 'Count to ten',
  total: 10,
  unit: 'numbers',
  maxAttempts: 2,
  payload: { upTo: 10 },
};

let world: World;
let power: Client;
let regular: Client;
let stranger: Client;
const calls: string[] = [];

beforeAll(async () => {
  world = await createWorld({ work: false });
  power = await world.person('power');
  regular = await world.person('regular');
  stranger = await world.person('admin', 'Elsewhere');
  world.app.modules.tasks.api.register('test.work', {
    cancel: async (_actor, task) => void calls.push(`cancel ${task.id}`),
    retry: async (_actor, task, payload) => void calls.push(`retry ${task.id} ${JSON.stringify(payload)}`),
  });
});
afterAll(() => world.close());

const api = () => world.app.modules.tasks.api;
const actor = () => systemActor(power.organizationId, 'test');
const create = () =>
  world.app.platform.database.uow.write(actor(), (tx) => api().create(tx, actor(), NEW_TASK));
const view = async (id: string) => (await regular.call('GET', `/tasks/${id}`)).body as TaskView;
const attempt = (number = 1) => ({ number, max: 2, signal: new AbortController().signal });

describe('running a task', () => {
  test('progress is seen while it runs, the result when it ends', async () => {
    const { id } = await create();
    expect(await view(id)).toMatchObject({
      status: 'queued',
      progress: { done: 0, total: 10, unit: 'numbers' },
    });
    await api().run(actor(), id, attempt(), async ({ progress }) => {
      await progress({ done: 4, message: 'four' });
      expect(await view(id)).toMatchObject({
        status: 'running',
        attempt: 1,
        progress: { done: 4, message: 'four' },
      });
      return { counted: 10 };
    });
    expect(await view(id)).toMatchObject({
      status: 'succeeded',
      result: { counted: 10 },
      finishedAt: expect.any(String),
    });
  });

  test('a throw is passed on while tries are left, and ends the task after the last', async () => {
    const { id } = await create();
    const failing = async () => {
      throw new Error('secret detail');
    };
    await expect(api().run(actor(), id, attempt(1), failing)).rejects.toThrow();
    expect((await view(id)).status).toBe('running');
    await expect(api().run(actor(), id, attempt(2), failing)).rejects.toThrow();
    const end = await view(id);
    expect(end).toMatchObject({ status: 'failed', error: { code: 'internal.error' } });
    expect(JSON.stringify(end)).not.toContain('secret detail');
  });

  test('a task that has ended is not run again', async () => {
    const { id } = await create();
    await api().finish(actor(), id, { status: 'cancelled' });
    await api().run(actor(), id, attempt(), () => expect.unreachable());
    expect((await view(id)).status).toBe('cancelled');
  });
});

test('the same id gives the same task, however often its work begins', async () => {
  const id = '01a1fb57-2e9c-73b1-a5c3-589dab083f7b';
  const { uow } = world.app.platform.database;
  const begin = () => uow.write(actor(), (tx) => api().create(tx, actor(), { ...NEW_TASK, id }));
  const first = await begin();
  await api().started(actor(), id, 1);
  expect(await begin()).toMatchObject({ id, status: 'running', createdAt: first.createdAt });
});

describe('cancel and retry', () => {
  test('cancelling aborts the running work and ends the task; retrying hands it back to its module', async () => {
    const { id } = await create();
    const started = Promise.withResolvers<void>();
    const running = api().run(actor(), id, attempt(), ({ signal }) => {
      started.resolve();
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    await started.promise;
    expect(await power.call('POST', `/tasks/${id}/cancel`)).toMatchObject({
      status: 202,
      body: { cancelRequested: true },
    });
    await running;
    expect((await view(id)).status).toBe('cancelled');
    expect(calls).toContain(`cancel ${id}`);
    expect((await power.call('POST', `/tasks/${id}/cancel`)).status).toBe(409);
    expect(await power.call('POST', `/tasks/${id}/retry`)).toMatchObject({
      status: 202,
      body: { status: 'queued', cancelRequested: false },
    });
    expect(calls).toContain(`retry ${id} {"upTo":10}`);
  });

  test('a cancellation written by another process is noticed', async () => {
    const { id } = await create();
    const watch = api().watchCancellation(actor(), id);
    await world.database.owner('update tasks set cancel_requested = true where id = $1', [id]);
    await eventually(
      async () => watch.signal.aborted,
      (aborted) => aborted,
      10_000,
    );
    watch.release();
  });

  test('regular members may look but not cancel; strangers find nothing', async () => {
    const { id } = await create();
    expect((await regular.call('POST', `/tasks/${id}/cancel`)).status).toBe(403);
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/cancel'],
      ['POST', '/retry'],
      ['GET', '/events'],
    ] as const) {
      expect((await stranger.call(method, `/tasks/${id}${path}`)).status, path).toBe(404);
    }
    expect((await view(id)).status).toBe('queued');
  });
});

describe('watching', () => {
  test('server-sent events give the present state, changes, and the end', async () => {
    const { id } = await create();
    const response = await fetch(`${world.url}/api/v1/tasks/${id}/events`, {
      headers: { authorization: `Bearer ${power.token}` },
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const reading = response.text();
    await api().started(actor(), id, 1);
    await api().progress(actor(), id, { done: 5 });
    await new Promise((resolve) => setTimeout(resolve, 600));
    await api().finish(actor(), id, { status: 'succeeded' });
    const events = (await reading).split('\n\n').filter((frame) => frame.includes('event:'));
    expect(events.at(0)).toMatch(/event: start\ndata: /);
    expect(events.at(-1)).toMatch(/event: done\ndata: .*"succeeded"/);
    expect(events.some((frame) => frame.includes('event: delta') && frame.includes('"done":5'))).toBe(true);
  });

  test('lists newest first, by status and kind, with cursors', async () => {
    const page = (await regular.call('GET', '/tasks?limit=2&kind=test.work')).body as {
      items: TaskView[];
      nextCursor: string;
    };
    expect(page.items).toHaveLength(2);
    const next = (await regular.call('GET', `/tasks?limit=2&kind=test.work&cursor=${page.nextCursor}`))
      .body as { items: TaskView[] };
    expect(next.items.map((task) => task.id)).not.toContain(page.items[0]?.id);
    const failed = (await regular.call('GET', '/tasks?status=failed')).body as { items: TaskView[] };
    expect(failed.items.every((task) => task.status === 'failed')).toBe(true);
    expect((await regular.call('GET', '/tasks?status=nope')).status).toBe(400);
  });
});
