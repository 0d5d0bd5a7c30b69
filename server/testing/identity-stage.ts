import { afterAll, beforeAll } from 'vitest';
import type { TestDatabase } from './database.ts';
import { type IdentityWorld, identityWorld } from './identity-world.ts';
import { people } from './people.ts';

/** Identity on a database of its own, and people for it. Call it where hooks may be registered. */
export function identityStage(open: () => Promise<TestDatabase>) {
  let db: TestDatabase;
  let world: IdentityWorld;
  beforeAll(async () => {
    db = await open();
    world = await identityWorld(db);
  });
  afterAll(async () => {
    await world.close();
    await db.close();
  });
  return { now: () => ({ db, world }), ...people(() => world) };
}

export type IdentityStage = ReturnType<typeof identityStage>;
