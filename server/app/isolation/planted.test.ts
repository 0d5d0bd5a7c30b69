import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { embeddedTestDatabase } from '../../testing/database.ts';
import { ADMIN_SECRET, type Caller, callersOf } from '../../testing/isolation/callers.ts';
import { type Finding, runMatrix } from '../../testing/isolation/matrix.ts';
import { REQUESTS, type RequestSpec } from '../../testing/isolation/requests.ts';
import { fillTenant, type Tenant } from '../../testing/isolation/tenant.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { PERMISSIONS, type Permission } from '../permissions.ts';

/** A proof that cannot fail proves nothing: each of these must be found. */
describe('the matrix finds a planted', () => {
  let world: World;
  let own: Tenant;
  let other: Tenant;
  let callers: readonly Caller[];

  beforeAll(async () => {
    world = await createWorld({
      database: await embeddedTestDatabase(),
      environment: { ADMIN_SECRET_KEY: ADMIN_SECRET },
    });
    own = await fillTenant(world, 'Own');
    other = await fillTenant(world, 'Other');
    callers = await callersOf(world, own, other);
  }, 120_000);
  afterAll(() => world.close());

  async function findings(
    operation: string,
    planted: { readonly permission?: Permission; readonly request?: RequestSpec } = {},
  ): Promise<readonly Finding[]> {
    const { [operation]: permission = planted.permission } = PERMISSIONS;
    const { [operation]: request = planted.request } = REQUESTS;
    if (!permission || !request) throw new Error(`no operation ${operation}`);
    const report = await runMatrix({
      ...{ world, own, other, callers },
      permissions: { [operation]: planted.permission ?? permission },
      requests: { [operation]: planted.request ?? request },
    });
    return report.findings;
  }

  test('nothing, where nothing is planted', async () => {
    expect(await findings('GET /library/sources/{id}')).toEqual([]);
  });

  test('route that lets in whom the table refuses', async () => {
    const found = await findings('GET /library/sources', {
      permission: { kind: 'role', minimum: 'admin', scope: null },
    });
    expect(found.map(({ caller }) => caller)).toEqual(
      expect.arrayContaining(['power', 'regular', 'key with every scope']),
    );
  });

  test('route that refuses whom the table lets in', async () => {
    const found = await findings('GET /library/sources', {
      permission: { kind: 'role', minimum: 'guest', scope: 'library:read' },
    });
    expect(found.map(({ caller }) => caller)).toContain('guest');
  });

  test('refusal that changes something', async () => {
    const found = await findings('POST /library/collections', {
      permission: { kind: 'role', minimum: 'admin', scope: null },
    });
    expect(found).toContainEqual(
      expect.objectContaining({ what: expect.stringMatching(/changed .*library_collections/) }),
    );
  });

  test('row of another organization that is found', async () => {
    // As a query without its organization would: the foreign id leads to a row.
    const found = await findings('GET /library/sources/{id}', {
      request: { params: () => ({ id: own.things.sourceId }), answers: [200] },
    });
    expect(found).toContainEqual(
      expect.objectContaining({
        caller: 'admin',
        what: expect.stringMatching(/tells foreign from nonexistent/),
      }),
    );
  });

  test('word of another organization in an answer', async () => {
    await world.database.owner('update library_collections set description = $1 where organization_id = $2', [
      `seen by mistake: ${other.canary}`,
      own.id,
    ]);
    const found = await findings('GET /library/collections');
    expect(found).toContainEqual(
      expect.objectContaining({ what: expect.stringMatching(/was told of another organization/) }),
    );
  });
});
