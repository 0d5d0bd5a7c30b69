import { type Actor, instanceActor, systemActor } from '../../kernel/actor.ts';
import { type Clock, systemClock } from '../../kernel/clock.ts';
import type { UnitOfWork } from '../../platform/db/index.ts';
import type { Logger } from '../../platform/logging/index.ts';
import type { Storage } from '../../platform/storage/index.ts';
import { knownStorageKeys } from './library.versions.repository.ts';

const BATCH = 500;

export interface SweepDependencies {
  readonly uow: UnitOfWork;
  readonly storage: Storage;
  /** Which of these files others than sources need. Sees the actor's organization only. */
  readonly keptFiles: (actor: Actor, keys: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly logger: Logger;
  readonly clock?: Clock;
}

/**
 * Removes files that no version knows: what an upload left behind when its process was killed between storing the bytes
 * and writing the row. Files younger than `graceMs` are left alone, since an upload may be about to write theirs.
 */
export async function sweepOrphans(
  dependencies: SweepDependencies,
  graceMs: number,
  signal?: AbortSignal,
): Promise<number> {
  const { storage, logger, clock = systemClock } = dependencies;
  const before = clock().getTime() - graceMs;
  let batch: string[] = [];
  let removed = 0;
  const flush = async () => {
    for (const key of await orphansAmong(dependencies, batch)) {
      await storage.remove(key);
      removed++;
    }
    batch = [];
  };
  for await (const { key, modifiedAt } of storage.list()) {
    signal?.throwIfAborted();
    if (modifiedAt.getTime() > before) continue;
    batch.push(key);
    if (batch.length >= BATCH) await flush();
  }
  await flush();
  if (removed > 0) logger.info({ removed }, 'removed files that no source knows');
  return removed;
}

async function orphansAmong(
  { uow, keptFiles }: SweepDependencies,
  keys: readonly string[],
): Promise<string[]> {
  const orphans: string[] = [];
  for (const [folder, own] of Map.groupBy(keys, (key) => key.slice(0, key.indexOf('/')))) {
    const actor =
      folder === 'incoming' ? instanceActor('library.sweep') : systemActor(folder, 'library.sweep');
    const known = await uow.read(actor, (tx) => knownStorageKeys(tx, own));
    const unknown = own.filter((key) => !known.has(key));
    const kept = unknown.length === 0 ? known : await keptFiles(actor, unknown);
    orphans.push(...unknown.filter((key) => !kept.has(key)));
  }
  return orphans;
}
