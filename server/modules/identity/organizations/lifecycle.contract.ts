import JSZip from 'jszip';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instanceActor } from '../../../kernel/actor.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { type Client, createWorld, eventually, formOf, type World } from '../../../testing/world.ts';

const DAY_MS = 86_400_000;
const FILE = 'Something to read, to find, and to take along.';

/** What becomes of an organization's data: taken out, and deleted. With the whole product, on every database. */
export function lifecycleContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`the end of an organization on ${name}`, () => {
    let world: World;
    let now = Date.now();
    let ann: Client;
    let eve: Client;

    beforeAll(async () => {
      world = await createWorld({ database: await open(), clock: () => new Date(now) });
      ann = await world.person('admin', 'Hers');
      eve = await world.person('admin', 'Another');
      for (const who of [ann, eve]) await fill(who);
    });
    afterAll(() => world.close());

    /** A bit of everything that an organization holds. */
    async function fill(who: Client): Promise<void> {
      await who.call('POST', '/library/collections', { name: 'Papers' });
      const upload = await who.call(
        'POST',
        '/library/sources',
        formOf({ 'notes.txt': `${FILE} ${who.email}` }),
      );
      const { items } = upload.body as { items: { id: string }[] };
      await eventually(
        async () => (await who.call('GET', `/library/sources/${items[0]?.id}`)).body as { stage: string },
        ({ stage }) => stage === 'ready',
      );
      await who.call('POST', '/invitations', { email: 'guest@example.org', role: 'guest' });
      await who.call('POST', '/api-keys', { name: 'Key', scopes: ['library:read'] });
      await world.database.owner(
        `insert into ai_usage (organization_id, id, request_id, role, purpose, model, outcome, input_tokens, output_tokens,
           estimated, cost_micros, currency, duration_ms)
         values ($1, gen_random_uuid(), 'r', 'chat', 'ask', 'x:y', 'completed', 10, 5, false, 70, 'USD', 1)`,
        [who.organizationId],
      );
    }

    const path = (who: Client) => `/organizations/${who.organizationId}`;

    async function archiveOf(who: Client): Promise<{ id: string; zip: JSZip }> {
      const started = await who.call('POST', `${path(who)}/exports`);
      expect(started.status).toBe(202);
      const { export: made } = started.body as { export: { id: string } };
      await eventually(
        async () => (await who.call('GET', `${path(who)}/exports/${made.id}`)).body as { ready: boolean },
        ({ ready }) => ready,
      );
      const file = await fetch(`${world.url}/api/v1${path(who)}/exports/${made.id}/file`, {
        headers: { authorization: `Bearer ${who.token}` },
      });
      expect(file.headers.get('content-disposition')).toContain('attachment');
      return { id: made.id, zip: await JSZip.loadAsync(await file.arrayBuffer()) };
    }

    /** In every table that has a column for the organization: how many rows are its own. */
    async function rowsOf(organizationId: string): Promise<Record<string, number>> {
      const tables = await world.database.owner(`
        select table_name as name from information_schema.columns
        where table_schema = 'public' and column_name = 'organization_id' order by 1`);
      const counts: Record<string, number> = {};
      for (const { name: table } of tables) {
        const [row] = await world.database.owner(
          `select count(*)::int as n from ${String(table)} where organization_id = $1`,
          [organizationId],
        );
        if (Number(row?.n) > 0) counts[String(table)] = Number(row?.n);
      }
      const [own] = await world.database.owner('select 1 from organizations where id = $1', [organizationId]);
      return own ? { ...counts, organizations: 1 } : counts;
    }

    async function filesOf(organizationId: string): Promise<string[]> {
      const files = await Array.fromAsync(world.app.platform.storage.list(organizationId));
      return files.map(({ key }) => key);
    }

    test('whoever is removed, and everybody when it is closed, loses the streams that are open', async () => {
      const kim = await world.person('admin', 'Streams');
      const [bob, cid] = [await world.person('power', 'Streams'), await world.person('regular', 'Streams')];
      const watch = async (who: Client) => {
        const response = await fetch(`${world.url}/api/v1/library/events`, {
          headers: { authorization: `Bearer ${who.token}` },
        });
        expect(response.status).toBe(200);
        return response.text();
      };
      const streams = { bob: watch(bob), cid: watch(cid) };
      const { user } = (await bob.call('GET', '/auth/me')).body as { user: { id: string } };
      expect((await kim.call('DELETE', `${path(kim)}/members/${user.id}`)).status).toBe(204);
      expect(await streams.bob).toContain('identity.access_ended');
      expect((await kim.call('DELETE', path(kim))).status).toBe(200);
      expect(await streams.cid).toContain('identity.access_ended');
      expect((await kim.call('POST', `${path(kim)}/restore`)).status).toBe(200);
    });

    test('says what it uses', async () => {
      const usage = await ann.call('GET', `${path(ann)}/usage`);
      expect(usage.body).toEqual({
        organizationId: ann.organizationId,
        domains: {
          organization: { members: 1 },
          library: { collections: 1, sources: 1, bytes: Buffer.byteLength(`${FILE} ${ann.email}`) },
          ai: { calls: 1, inputTokens: 10, outputTokens: 5, costMicros: 70 },
        },
      });
    });

    test('an archive holds everything, and nothing of anybody else', async () => {
      const { zip } = await archiveOf(ann);
      const lines = async (file: string) =>
        ((await zip.file(file)?.async('text')) ?? '')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as Record<string, unknown>);

      expect(JSON.parse((await zip.file('manifest.json')?.async('text')) ?? '')).toMatchObject({
        format: 'scriptorium-export',
        organizationId: ann.organizationId,
        domains: ['organization', 'library', 'tasks', 'ai', 'audit'],
      });
      expect(
        JSON.parse((await zip.file('organization/organization.json')?.async('text')) ?? ''),
      ).toMatchObject({
        id: ann.organizationId,
        name: 'Hers',
      });
      expect(await lines('organization/members.jsonl')).toMatchObject([{ email: ann.email, role: 'admin' }]);
      expect(await lines('organization/invitations.jsonl')).toMatchObject([{ email: 'guest@example.org' }]);
      expect(await lines('library/collections.jsonl')).toMatchObject([{ name: 'Papers' }]);
      const [source] = await lines('library/sources.jsonl');
      expect(source).toMatchObject({ stage: 'ready' });
      const [version] = await lines('library/versions.jsonl');
      expect(version).toMatchObject({ sourceId: source?.id, fileName: 'notes.txt' });
      expect(await zip.file(String(version?.file))?.async('text')).toBe(`${FILE} ${ann.email}`);
      const [text] = await lines('library/texts.jsonl');
      expect(text).toMatchObject({ sourceId: source?.id, version: 1, text: `${FILE} ${ann.email}` });
      expect((await lines('tasks/tasks.jsonl')).map(({ kind }) => kind)).toContain('library.ingest');
      expect(await lines('ai/usage.jsonl')).toMatchObject([{ model: 'x:y', costMicros: 70 }]);
      expect((await lines('audit/events.jsonl')).map(({ action }) => action)).toContain('invitation.created');

      const whole = await Promise.all(
        Object.values(zip.files).map((file) => (file.dir ? '' : file.async('text'))),
      );
      expect(whole.join('\n')).not.toContain(eve.organizationId);
      expect(whole.join('\n')).not.toContain(eve.email);
      expect(whole.join('\n')).not.toMatch(/token_?hash|password_?hash|\$argon2/i);
    });

    test('an archive is there for admins of the organization, and not swept as long as it is good', async () => {
      const { id } = await archiveOf(ann);
      const before = await filesOf(ann.organizationId);
      await world.app.modules.library.recover();
      expect(await filesOf(ann.organizationId)).toEqual(before);
      const file = () => ann.call('GET', `${path(ann)}/exports/${id}/file`);
      expect((await file()).status).toBe(200);
      expect((await eve.call('GET', `${path(ann)}/exports/${id}/file`)).status).toBe(404);
      expect((await eve.call('GET', `${path(eve)}/exports/${id}/file`)).status).toBe(404);
    });

    test('an archive that has expired is gone', async () => {
      const { id } = await archiveOf(eve);
      const files = await filesOf(eve.organizationId);
      now += 8 * DAY_MS;
      await world.app.modules.identity.organizations.sweep();
      expect(await filesOf(eve.organizationId)).toHaveLength(files.length - 1);
      now -= 8 * DAY_MS;
      expect((await eve.call('GET', `${path(eve)}/exports/${id}/file`)).status).toBe(404);
    });

    test('only admins take data out', async () => {
      const bob = await world.person('power', 'Hers');
      for (const [method, rest] of [
        ['POST', '/exports'],
        ['GET', '/exports'],
      ] as const)
        expect((await bob.call(method, `${path(ann)}${rest}`)).status).toBe(403);
    });

    test('no table is left to one cascade of any size', async () => {
      const { rows } = await world.database.database.admin.execute(
        `select f.conrelid::regclass::text as table from pg_constraint f where f.contype = 'f'
           and f.confrelid = 'organizations'::regclass and not has_table_privilege(f.conrelid, 'delete')`,
      );
      expect(rows).toEqual([]);
    });

    test('after the time of grace no row and no file is left, and nobody else misses anything', async () => {
      const others = { rows: await rowsOf(eve.organizationId), files: await filesOf(eve.organizationId) };
      expect(Object.keys(await rowsOf(ann.organizationId))).toEqual(
        expect.arrayContaining([
          'library_sources',
          'search_passages',
          'audit_events',
          'ai_usage',
          'api_keys',
        ]),
      );
      const { organizations } = world.app.modules.identity;
      const { signal } = new AbortController();

      expect((await ann.call('DELETE', path(ann))).status).toBe(200);
      // Its admins still take everything along.
      expect(Object.keys((await archiveOf(ann)).zip.files)).toContain('library/sources.jsonl');
      expect(await organizations.eraseDue(signal)).toBe(0);
      expect(await rowsOf(ann.organizationId)).toMatchObject({ organizations: 1, library_sources: 1 });

      now += 31 * DAY_MS;
      expect(await organizations.eraseDue(signal)).toBe(1);
      expect(Object.keys(await rowsOf(ann.organizationId)).sort()).toEqual(['audit_events', 'audit_trails']);
      await world.app.modules.audit.api.sweep(instanceActor('test'), signal);
      // Of the trail its seal stays: nobody can begin it anew.
      expect(await rowsOf(ann.organizationId)).toEqual({ audit_trails: 1 });
      expect(await filesOf(ann.organizationId)).toEqual([]);
      expect(await organizations.eraseDue(signal)).toBe(0);
      const [noted] = await world.database.owner(
        "select organization_id, details from audit_events where action = 'organization.deleted' and target_id = $1",
        [ann.organizationId],
      );
      expect(noted).toMatchObject({
        organization_id: '00000000-0000-0000-0000-000000000000',
        details: { name: 'Hers' },
      });
      expect({ rows: await rowsOf(eve.organizationId), files: await filesOf(eve.organizationId) }).toEqual(
        others,
      );
    });
  });
}
