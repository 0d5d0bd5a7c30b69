import { postgresTestDatabase, testServerUrl } from '../database.ts';
import { ADMIN_SECRET, callersOf } from '../isolation/callers.ts';
import { digestOf } from '../isolation/digest.ts';
import { fillTenant, type Tenant } from '../isolation/tenant.ts';
import { createWorld, eventually } from '../world.ts';
import type { Told, Wish } from './product.ts';

// The whole product in a process of its own, as `product.ts` starts it: it listens on a free port, and tells its parent what
// no caller may know: what is stored. The embedded database admits one process only.

const serverUrl = testServerUrl();
const onServer = process.argv.includes('postgres');
if (onServer && serverUrl === undefined) throw new Error('TEST_DATABASE_URL is not set.');
const world = await createWorld({
  ...(onServer ? { database: await postgresTestDatabase(serverUrl ?? '') } : {}),
  environment: {
    ADMIN_SECRET_KEY: ADMIN_SECRET,
    ACCESS_TOKEN_MINUTES: '1440',
    LOG_LEVEL: 'info',
  },
});
process.on('message', (wish: Wish) => void answer(wish));
process.once('disconnect', () => void end());
tell({ kind: 'ready', url: world.url });

async function answer({ id, want }: Wish): Promise<void> {
  try {
    tell({ kind: 'done', id, value: want === 'stage' ? await makeStage() : await settledDigest() });
  } catch (error) {
    tell({
      kind: 'failed',
      id,
      why: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
}

async function makeStage() {
  const own = await fillTenant(world, 'Own');
  const other = await fillTenant(world, 'Other');
  const callers = await callersOf(world, own, other);
  return {
    own: portable(own),
    other: portable(other),
    callers: Object.fromEntries(callers.map(({ name, headers }) => [name, headers])),
  };
}

/** Without what no message can carry. */
function portable(tenant: Tenant) {
  const { admin, power, regular, guest, ...rest } = tenant;
  const people = Object.entries({ admin, power, regular, guest }).map(
    ([role, { email, token, organizationId }]) => [role, { email, token, organizationId }] as const,
  );
  return { ...rest, people: Object.fromEntries(people) };
}

async function settledDigest(): Promise<[string, string][]> {
  await eventually(
    () =>
      world.database.owner(
        "select count(*)::int as waiting from queue.job where state = 'active' or (state in ('created', 'retry') and start_after <= now())",
      ),
    ([row]) => row?.waiting === 0,
  );
  return [...(await digestOf(world))];
}

function tell(told: Told): void {
  process.send?.(told);
}

async function end(): Promise<void> {
  await world.close();
  process.exit(0);
}
