import type { Actor } from '../../kernel/actor.ts';
import type { Database } from '../../platform/db/index.ts';
import type { OperatingState } from '../../platform/operating/port.ts';
import type { Queue } from '../../platform/queue/index.ts';
import type { Storage } from '../../platform/storage/index.ts';
import type { SelfCheck } from '../audit/index.ts';
import type { AccountCounts } from '../identity/index.ts';
import { requireOperator } from './operations.policy.ts';
import { readDatabaseFacts } from './operations.repository.ts';
import type { Overview } from './operations.schemas.ts';

/** Files that are counted for one answer; each costs a look at the disk. */
const MOST_FILES = 100_000;

export interface OverviewDependencies {
  readonly database: Pick<Database, 'kind' | 'uow'>;
  readonly queue: Pick<Queue, 'depth'>;
  readonly storage: Pick<Storage, 'list'>;
  readonly accounts: { count(actor: Actor): Promise<AccountCounts> };
  readonly audits: { lastSelfCheck(actor: Actor): Promise<SelfCheck | null> };
  readonly state: Pick<OperatingState, 'maintenance'>;
  /** Of the product. */
  readonly version: string;
}

/** How the instance is doing. Throws `operations.not_allowed` for who is no operator. */
export function createOverview(dependencies: OverviewDependencies): (actor: Actor) => Promise<Overview> {
  const { database, queue, storage, accounts, audits, state, version } = dependencies;
  return async (actor) => {
    const instance = requireOperator(actor);
    const [facts, counts, depth, files, audit] = await Promise.all([
      database.uow.read(instance, readDatabaseFacts),
      accounts.count(actor),
      queue.depth(),
      measure(storage),
      audits.lastSelfCheck(instance),
    ]);
    return {
      version,
      node: process.version,
      database: { kind: database.kind, ...facts },
      accounts: counts,
      queue: depth,
      storage: files,
      audit,
      maintenance: state.maintenance(),
    };
  };
}

async function measure(storage: Pick<Storage, 'list'>): Promise<Overview['storage']> {
  let files = 0;
  let bytes = 0;
  for await (const { size } of storage.list()) {
    if (files === MOST_FILES) return { files, bytes, complete: false };
    files += 1;
    bytes += size;
  }
  return { files, bytes, complete: true };
}
