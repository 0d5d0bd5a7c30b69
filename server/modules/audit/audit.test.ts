import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Actor, instanceActor, systemActor } from '../../kernel/actor.ts';
import { newId } from '../../kernel/ids.ts';
import { createAuditTrail } from '../../platform/audit/index.ts';
import { deriveKeys } from '../../platform/auth/index.ts';
import { type Client, createWorld, type World } from '../../testing/world.ts';
import { csvLine } from './audit.export.ts';

const ADMIN_SECRET = 'an operator secret of the tests, long enough';

interface Event {
  readonly sequence: number;
  readonly action: string;
  readonly details: Record<string, unknown> | null;
}

let world: World;
let admin: Client;
let stranger: Client;

beforeAll(async () => {
  world = await createWorld({
    work: false,
    environment: { ADMIN_SECRET_KEY: ADMIN_SECRET, AUDIT_RETENTION_DAYS: '30' },
  });
  admin = await world.person('admin');
  stranger = await world.person('admin', 'Elsewhere');
});
afterAll(() => world.close());

async function events(query = '', who = admin): Promise<readonly Event[]> {
  const answer = await who.call('GET', `/audit-events?limit=100&${query}`);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return (answer.body as { items: Event[] }).items;
}

/** Writes straight into the organization's trail. */
async function record(details: Record<string, unknown>, action = 'test.recorded'): Promise<void> {
  const actor: Actor = { ...systemActor(admin.organizationId, 'test'), address: '=1+1' };
  await world.app.platform.database.uow.write(actor, (tx) =>
    world.app.platform.audit.record(tx, actor, { action, organizationId: admin.organizationId, details }),
  );
}

describe('reading', () => {
  test('what people do is there, with who and from where', async () => {
    const created = await admin.call('POST', '/library/collections', { name: 'Recipes' });
    const { id } = created.body as { id: string };
    await admin.call('PATCH', `/library/collections/${id}`, { name: 'Soups' }, { 'if-match': '"1"' });
    await admin.call('DELETE', `/library/collections/${id}`);
    const [deleted, changed, made] = await events(`targetType=collection&targetId=${id}`);
    const [opened] = await events('action=session.opened');
    expect(made).toMatchObject({ action: 'collection.created', after: { name: 'Recipes' } });
    expect(changed).toMatchObject({
      action: 'collection.changed',
      before: { name: 'Recipes' },
      after: { name: 'Soups' },
      address: '127.0.0.1',
      actor: { kind: 'user', userId: expect.any(String), credentialId: expect.any(String) },
    });
    expect(changed).not.toHaveProperty('before.description');
    expect(deleted).toMatchObject({ action: 'collection.deleted', before: { name: 'Soups' } });
    expect(opened).toMatchObject({ details: { method: 'password' }, actor: { kind: 'user' } });
  });

  test('a deleted source leaves what it was called', async () => {
    const answer = await admin.call('POST', '/library/sources', { title: 'Soup', text: 'Boil the water.' });
    const { id } = (answer.body as { items: { id: string }[] }).items[0] ?? { id: '' };
    expect((await admin.call('DELETE', `/library/sources/${id}`)).status).toBe(204);
    expect(await events(`targetType=source&targetId=${id}`)).toMatchObject([
      { action: 'source.deleted', before: { title: 'Soup', collectionId: null } },
    ]);
  });

  test('in pages, newest first, each event once', async () => {
    for (let n = 0; n < 5; n++) await record({ n }, 'page.filled');
    const seen: unknown[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await admin.call('GET', `/audit-events?action=page.&limit=2${cursor}`);
      const page = body as { items: Event[]; nextCursor: string | null };
      seen.push(...page.items.map(({ details }) => details?.n));
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(seen).toEqual([4, 3, 2, 1, 0]);
  });

  test('another organization sees none of it', async () => {
    await record({ secret: true });
    const theirs = await events('', stranger);
    expect(theirs.length).toBeGreaterThan(0);
    expect(theirs.filter(({ action }) => action === 'test.recorded')).toEqual([]);
    const [event] = await events('action=test.recorded');
    const cursor = Buffer.from(`audit:${(event?.sequence ?? 0) + 1}`).toString('base64url');
    expect(JSON.stringify(await events(`cursor=${cursor}`, stranger))).not.toContain('test.recorded');
  });

  test.each(['', '/export?format=csv', '/verification'])('%s: only admins', async (path) => {
    for (const role of ['power', 'regular', 'guest'] as const) {
      const person = await world.person(role);
      expect((await person.call('GET', `/audit-events${path}`)).status).toBe(403);
    }
    expect((await world.anonymous.call('GET', `/audit-events${path}`)).status).toBe(401);
  });

  test('the policy holds without the route too', async () => {
    const { api } = world.app.modules.audit;
    const actor = systemActor(admin.organizationId, 'test');
    const signal = new AbortController().signal;
    expect(() => api.exportTrail(actor, null, 'csv')).toThrow('audit.not_allowed');
    await expect(api.sweep(actor, signal)).rejects.toThrow('audit.not_allowed');
  });

  test.each([
    'action=Session',
    "action='",
    'action=%00',
    'userId=me',
    'outcome=maybe',
    'from=yesterday',
    'until=2026-02-30T00:00:00Z',
    'from=0000-01-01T00:00:00Z',
    'from=2026-01-01T00:00:00%2B23:59',
    'until=2016-12-31T23:59:60Z',
    'limit=0',
    'limit=101',
    'cursor=x',
    `cursor=${Buffer.from('audit:-1').toString('base64url')}`,
    'targetId=',
    'unknown=1',
    'targetId=%00',
  ])('%s is refused', async (query) => {
    expect([400, 422]).toContain((await admin.call('GET', `/audit-events?${query}`)).status);
  });

  test.each([
    'until=9999-12-31T23:59:59.999999999Z',
    'targetType=%01&targetId=%ED%A0%80',
    "address=' or 1=1 --",
    `cursor=${Buffer.from('audit:999999999999999').toString('base64url')}`,
    `userId=${newId()}`,
  ])('%s is no trouble', async (query) => {
    expect((await admin.call('GET', `/audit-events?${query}`)).status).toBe(200);
  });

  test('the instance’s own trail is for operators', async () => {
    const path = '/operator/audit-events?action=user.created';
    const asOperator = await world.anonymous.call('GET', path, undefined, { 'x-admin-secret': ADMIN_SECRET });
    expect(asOperator.status).toBe(200);
    expect((asOperator.body as { items: Event[] }).items.length).toBeGreaterThan(1);
    expect((await admin.call('GET', path)).status).toBeGreaterThanOrEqual(400);
    expect((await world.anonymous.call('GET', path)).status).toBe(401);
  });
});

describe('export', () => {
  const exported = async (query: string) => admin.call('GET', `/audit-events/export?${query}`);

  test('as CSV that no spreadsheet computes and every reader can part', async () => {
    await record({ text: 'a "quote",\na line' }, 'csv.filled');
    const { headers, body } = await exported('format=csv&action=csv.');
    expect(headers.get('content-type')).toMatch(/^text\/csv/);
    expect(headers.get('content-disposition')).toBe('attachment; filename="audit-events.csv"');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    const [head, line, ...rest] = String(body).split('\r\n');
    expect(head).toMatch(/^"sequence","createdAt","action"/);
    expect(line).toContain(`,"csv.filled",`);
    expect(line).toContain(`,"'=1+1",`);
    expect(line).toContain(String.raw`"{""text"":""a \""quote\"",\na line""}"`);
    expect(rest).toEqual(['']);
  });

  test.each(['=1+1', '+1', '-1', '@SUM(1)', '\t=1', '\r=1', '\n=1', '＝1'])('the cell %j', (cell) => {
    expect(csvLine([cell])).toBe(`"'${cell}"\r\n`);
  });

  test('as JSON lines, oldest first, over many pages, and it is recorded itself', async () => {
    for (let n = 0; n < 12; n++)
      await Promise.all(Array.from({ length: 100 }, () => record({ n }, 'many.filled')));
    const { body, headers } = await exported('format=jsonl');
    expect(headers.get('content-type')).toMatch(/^application\/jsonl/);
    const lines = String(body)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Event);
    expect(lines.length).toBeGreaterThan(1200);
    expect(lines.map(({ sequence }) => sequence)).toEqual(lines.map((_, index) => index + 1));
    expect(lines.at(-1)).toMatchObject({
      action: 'audit.exported',
      details: { format: 'jsonl', filter: {} },
    });
  });

  test.each(['', 'format=xlsx', 'format=csv&limit=5'])('%j is refused', async (query) => {
    expect([400, 422]).toContain((await exported(query)).status);
  });
});

describe('verification and retention', () => {
  test('an admin verifies their own trail; an operator all of them; a change is found', async () => {
    const verified = await admin.call('GET', '/audit-events/verification');
    expect(verified.body).toMatchObject({ intact: true, broken: null, lastHash: expect.any(String) });
    const place = `where organization_id = '${stranger.organizationId}' and sequence = 1`;
    await world.database.owner('alter table audit_events disable trigger user');
    await world.database.owner(`update audit_events set action = 'nothing.done' ${place}`);
    const broken = { sequence: 1, reason: 'changed' };
    expect((await stranger.call('GET', '/audit-events/verification')).body).toMatchObject({
      intact: false,
      broken,
    });
    const { api } = world.app.modules.audit;
    const all = await Array.fromAsync(
      api.verifyAll(instanceActor('test'), undefined, new AbortController().signal),
    );
    expect(all[0]).toMatchObject({ organizationId: null, broken: null });
    expect(all.filter((trail) => trail.broken !== null)).toMatchObject([
      { organizationId: stranger.organizationId, broken },
    ]);
  });

  test('what is older than the retention is swept away, and the trail says so and verifies', async () => {
    const { api } = world.app.modules.audit;
    const before = (await events('action=session.opened')).length;
    expect(before).toBeGreaterThan(0);
    expect(await api.sweep(instanceActor('test'), new AbortController().signal)).toBe(0);
    // A trail cannot be aged without breaking it, so one is made by a product whose clock is behind.
    const key = deriveKeys(world.app.platform.secretKey).auditTrail;
    const clock = () => new Date(Date.now() - 31 * 86_400_000);
    const aged = createAuditTrail({ key, clock, ids: newId });
    const actor = systemActor(newId(), 'test');
    for (let n = 0; n < 3; n++)
      await world.app.platform.database.uow.write(actor, (tx) =>
        aged.record(tx, actor, { action: 'test.aged', organizationId: actor.organizationId }),
      );
    const insert = "insert into organizations (id, name) values ($1, 'Long ago')";
    await world.database.owner(insert, [actor.organizationId]);
    expect(await api.sweep(instanceActor('test'), new AbortController().signal)).toBe(3);
    const [left] = await Array.fromAsync(
      api.verifyAll(instanceActor('test'), actor.organizationId, new AbortController().signal),
    );
    expect(left).toMatchObject({ events: 1, removedUntil: 3, broken: null });
    expect((await events('action=session.opened')).length).toBe(before);
    await world.database.owner('delete from organizations where id = $1', [actor.organizationId]);
    expect(await api.sweep(instanceActor('test'), new AbortController().signal)).toBe(1);
    const [said] = await world.database.owner(
      "select details from audit_events where action = 'audit.forgotten' and target_id = $1",
      [actor.organizationId],
    );
    expect(said).toEqual({ details: { events: 1 } });
  });
});
