import { afterAll, beforeAll } from 'vitest';
import type { Browser } from './browser.ts';
import type { TestDatabase } from './database.ts';
import { type FederationWorld, federationWorld } from './federation-world.ts';

/** Identity beside the real oidc-provider, on a database of its own. Call it where hooks may be registered. */
export function federationStage(open: () => Promise<TestDatabase>) {
  let db: TestDatabase;
  let world: FederationWorld;
  beforeAll(async () => {
    db = await open();
    world = await federationWorld(db);
  });
  afterAll(async () => {
    await world.close();
    await db.close();
  });
  return { now: () => ({ db, world }) };
}

/** What each test of signing in by a provider finds: nobody is there yet, and nobody is trusted. */
export interface SignInStage {
  readonly db: TestDatabase;
  readonly world: FederationWorld;
  readonly browser: Browser;
}

/** Those of the organization whom the provider `acme` brought. */
export function acmeMembers(db: TestDatabase, organizationId: string) {
  return db.owner(
    `select u.email, m.role from memberships m join users u on u.id = m.user_id
     where m.organization_id = $1 and u.email like '%@acme.example' order by u.email`,
    [organizationId],
  );
}
