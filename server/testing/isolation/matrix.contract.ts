import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PERMISSIONS } from '../../app/permissions.ts';
import type { TestDatabase } from '../database.ts';
import { createWorld, type World } from '../world.ts';
import { ADMIN_SECRET, callersOf } from './callers.ts';
import { runMatrix } from './matrix.ts';
import { REQUESTS } from './requests.ts';
import { fillTenant, type Tenant } from './tenant.ts';

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly 'x-permission'?: unknown }>>>>;
}

/** Two full organizations on one server, and everybody who might ask. */
export function isolationContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`isolation: ${name}`, () => {
    let world: World;
    let own: Tenant;
    let other: Tenant;
    let document: Document;

    beforeAll(async () => {
      world = await createWorld({ database: await open(), environment: { ADMIN_SECRET_KEY: ADMIN_SECRET } });
      own = await fillTenant(world, 'Own');
      other = await fillTenant(world, 'Other');
      document = (await world.anonymous.call('GET', '/api/v1/openapi.json')).body as Document;
    }, 120_000);
    afterAll(() => world.close());

    const operations = () =>
      Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`),
      );

    test('every operation stands in the table of permissions, and has a request', () => {
      expect(operations().length).toBeGreaterThan(100);
      expect(Object.keys(PERMISSIONS).sort()).toEqual(operations().sort());
      expect(Object.keys(REQUESTS).sort()).toEqual(operations().sort());
    });

    test('routes declare what the table says', () => {
      for (const [path, methods] of Object.entries(document.paths)) {
        for (const [method, { 'x-permission': declared }] of Object.entries(methods)) {
          const operation = `${method.toUpperCase()} ${path.replace('/api/v1', '')}`;
          const permission = PERMISSIONS[operation];
          const wanted =
            permission?.kind === 'role'
              ? { minimum: permission.minimum, scope: permission.scope }
              : { [permission?.kind ?? 'missing']: expect.anything() };
          expect(declared, operation).toMatchObject(wanted);
        }
      }
    });

    test('everybody gets what the table says, refusals change nothing, and nothing leaks', async () => {
      const callers = await callersOf(world, own, other);
      const report = await runMatrix({
        world,
        own,
        other,
        callers,
        permissions: PERMISSIONS,
        requests: REQUESTS,
      });
      expect(report.findings).toEqual([]);
      expect(report.operations).toBe(operations().length);
      expect(report.cells).toBeGreaterThan(report.operations * callers.length);
    }, 300_000);
  });
}
