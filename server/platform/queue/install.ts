import { PgBoss } from 'pg-boss';
import type { OwnerStep } from '../db/index.ts';
import { asBossDatabase, COMMON, SCHEMA } from './boss-database.ts';

/** Makes and upgrades the queue's tables as the owner, and lets the app role work with them. */
export const installQueue: OwnerStep = async (owner) => {
  const boss = new PgBoss({
    ...COMMON,
    db: asBossDatabase(owner),
    supervise: false,
    schedule: false,
    migrate: true,
    createSchema: true,
  });
  boss.on('error', () => undefined);
  await boss.start();
  await boss.stop({ graceful: false });
  await owner.execute(`
    create index if not exists job_lines on ${SCHEMA}.job (name, group_id, priority)
      where state < 'active' and group_id is not null;
    grant usage on schema ${SCHEMA} to scriptorium_app;
    grant select, insert, update, delete on all tables in schema ${SCHEMA} to scriptorium_app;
    grant usage on all sequences in schema ${SCHEMA} to scriptorium_app;
    grant execute on all functions in schema ${SCHEMA} to scriptorium_app`);
};
