import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instanceActor, systemActor } from '../../kernel/actor.ts';
import { type Client, createWorld, type World } from '../../testing/world.ts';
import { createSelfCheck } from './audit.self-check.ts';

const ADMIN_SECRET = 'an operator secret of the tests, long enough';

let world: World;
let admin: Client;

beforeAll(async () => {
  world = await createWorld({ work: false, environment: { ADMIN_SECRET_KEY: ADMIN_SECRET } });
  admin = await world.person('admin');
});
afterAll(() => world.close());

const operator = (path: string) =>
  world.anonymous.call('GET', `/operator/${path}`, undefined, { 'x-admin-secret': ADMIN_SECRET });

describe('the instance’s trail, for operators', () => {
  test('is exported, which is recorded in it', async () => {
    const { status, body } = await operator('audit-events/export?format=jsonl&action=audit.');
    expect(status).toBe(200);
    expect(JSON.parse(String(body).trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      action: 'audit.exported',
      actor: { kind: 'operator' },
    });
  });

  test('is verified', async () => {
    expect(await operator('audit-events/verification')).toMatchObject({
      status: 200,
      body: { intact: true, broken: null },
    });
  });

  test.each(['export?format=csv', 'verification'])('%s is for nobody else', async (path) => {
    expect((await admin.call('GET', `/operator/audit-events/${path}`)).status).toBeGreaterThanOrEqual(400);
    expect((await world.anonymous.call('GET', `/operator/audit-events/${path}`)).status).toBe(401);
  });
});

describe('the nightly check', () => {
  const instance = instanceActor('test');
  const { signal } = new AbortController();
  const shown = async () => ((await operator('overview')).body as { audit: unknown }).audit;

  test('has not been, at first', async () => {
    expect(await shown()).toBeNull();
  });

  test('tells operators that all is whole', async () => {
    await world.app.modules.audit.api.selfCheck(instance, signal);
    expect(await shown()).toEqual({ checkedAt: expect.any(String), trails: 2, brokenTrails: 0 });
  });

  test('finds a change, logs it as an error, and tells operators', async () => {
    const { organizationId } = admin;
    await world.database.owner('alter table audit_events disable trigger user');
    await world.database.owner(
      "update audit_events set action = 'nothing.done' where organization_id = $1 and sequence = 1",
      [organizationId],
    );
    const { database, audit: trail, auditLog: log } = world.app.platform;
    const { verifyAll } = world.app.modules.audit.api;
    const errors: unknown[] = [];
    const logger = { info: () => undefined, error: (found: unknown) => errors.push(found) };
    const checking = createSelfCheck({ uow: database.uow, log, trail, logger, verifyAll });
    await checking.selfCheck(instance, signal);
    const found = { organizationId, broken: { sequence: 1, reason: 'changed' } };
    expect(errors).toEqual([found]);
    expect(await shown()).toMatchObject({ trails: 2, brokenTrails: 1 });
    const events = await operator('audit-events?action=audit.checked&limit=1');
    expect(events.body).toMatchObject({
      items: [{ outcome: 'denied', details: { brokenTrails: 1, broken: [found] } }],
    });
  });

  test('is not for organizations', async () => {
    const member = systemActor(admin.organizationId, 'test');
    await expect(world.app.modules.audit.api.selfCheck(member, signal)).rejects.toMatchObject({
      code: 'audit.not_allowed',
    });
  });
});
