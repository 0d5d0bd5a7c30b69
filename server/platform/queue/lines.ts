import type { SqlExecutor } from '../db/index.ts';
import { SCHEMA } from './boss-database.ts';

// Start-time fair queueing (Goyal, Vin, Cheng: "Start-time Fair Queuing", SIGCOMM 1996), with jobs for packets and
// organizations for flows. Every waiting job has a place; smaller ones are taken first, and equal ones by age. An
// organization's new job stands one behind the last job that it has waiting, but never before the place where the queue
// has arrived: whoever brings thousands of jobs lines them up behind each other, and whoever brings one stands beside the
// next of theirs. The place is kept as pg-boss's priority, negated, so that its own fetch and index do the rest.

/** The last place that fits pg-boss's column; behind it jobs stand by age. An idle queue starts again at 0. */
const LAST = 2_147_483_647;

const WAITING = `select priority from ${SCHEMA}.job where name = $1 and state < 'active' and not blocked and group_id is not null`;

/**
 * The priority of the next job of line $2 in queue $1. Where the queue has arrived is the first that is due. Where nothing is
 * due, it is the first of all that wait for their time or run: of these the last may be somebody's thousands that failed,
 * or one that has failed just now and stands at the end of its line already, and newcomers belong behind neither.
 */
const PLACE = `greatest(-${LAST}, least(
  0,
  (select min(priority) from ${SCHEMA}.job where name = $1 and group_id = $2 and state < 'active') - 1,
  coalesce(
    (${WAITING} and start_after <= now() order by priority desc limit 1),
    greatest(
      (${WAITING} order by priority desc limit 1),
      (select max(priority) from ${SCHEMA}.job where name = $1 and state = 'active' and group_id is not null)))))`;

export const NEXT_PLACE = `select ${PLACE} as priority`;

const TO_THE_END = `update ${SCHEMA}.job set priority = ${PLACE} where name = $1 and id = $3`;

/** Whose line a job stands in; undefined for the installation's own jobs, which stand in none and go first. */
export function lineOf(data: object): string | undefined {
  return 'organizationId' in data && typeof data.organizationId === 'string'
    ? data.organizationId
    : undefined;
}

/** The priorities of `count` new jobs at the end of a line. Sees what this transaction has enqueued already. */
export async function placesAtEnd(
  executor: SqlExecutor,
  queue: string,
  line: string,
  count: number,
): Promise<readonly number[]> {
  const { rows } = await executor.execute(NEXT_PLACE, [queue, line]);
  const first = Number(rows[0]?.priority);
  return Array.from({ length: count }, (_, index) => Math.max(-LAST, first - index));
}

/** A job that failed waits its turn again: else thousands that fail together would come before everybody's first try. */
export async function moveToEnd(
  executor: SqlExecutor,
  queue: string,
  line: string,
  id: string,
): Promise<void> {
  await executor.execute(TO_THE_END, [queue, line, id]);
}
