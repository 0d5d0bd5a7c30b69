import { instanceActor } from '../../kernel/actor.ts';
import { FEATURES, type Feature } from '../../kernel/features.ts';
import type { Database } from '../../platform/db/index.ts';
import type { Maintenance, OperatingState } from '../../platform/operating/port.ts';
import { OPERATIONS_CHANNEL, readFeatures, readMaintenance } from './operations.repository.ts';
import type { FeatureSetting } from './operations.tables.ts';

/** While a connection to PostgreSQL is lost, what is announced on it is lost too: so often every process looks by itself. */
const LOOK_AGAIN_MS = 5_000;

const INSTANCE = instanceActor('operations.state');

export interface CachedOperatingState extends OperatingState {
  /** What operators said of the instance (`organizationId` null) or of one organization; null where they said nothing. */
  setting(feature: Feature, organizationId: string | null): boolean | null;
  /** Reads what holds now and keeps up with it. Before that everything is open. */
  start(): Promise<void>;
  /** Reads again at once. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

export interface OperatingStateOptions {
  readonly database: Pick<Database, 'kind' | 'uow' | 'listen'>;
  /** What held before goes on. */
  readonly onError: (error: unknown) => void;
}

interface Snapshot {
  readonly maintenance: Maintenance | null;
  /** By organization and feature; the instance under ''. */
  readonly features: ReadonlyMap<string, boolean>;
}

const OPEN: Snapshot = { maintenance: null, features: new Map() };

/** A copy in memory of what operators have closed, which is rarely more than a few rows. */
export function createOperatingState({ database, onError }: OperatingStateOptions): CachedOperatingState {
  let snapshot = OPEN;
  let reading: Promise<void> | undefined;
  let readAgain = false;
  let unlisten: (() => Promise<void>) | undefined;
  let timer: NodeJS.Timeout | undefined;

  const setting = (feature: Feature, organizationId: string | null) =>
    snapshot.features.get(keyOf({ organizationId, feature })) ?? null;

  /** Resolves when everything that was committed before the call has been read. */
  async function refresh(): Promise<void> {
    readAgain = true;
    reading ??= readWhileAsked().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  async function readWhileAsked(): Promise<void> {
    while (readAgain) {
      readAgain = false;
      snapshot = await database.uow.read(INSTANCE, async (tx) => ({
        maintenance: await readMaintenance(tx),
        features: new Map((await readFeatures(tx)).map((entry) => [keyOf(entry), entry.on])),
      }));
    }
  }

  const keepUp = () => void refresh().catch(onError);

  return {
    maintenance: () => snapshot.maintenance,
    isOn: (feature, organizationId) =>
      (organizationId === null ? null : setting(feature, organizationId)) ??
      setting(feature, null) ??
      FEATURES[feature].on,
    setting,
    refresh,
    start: async () => {
      unlisten ??= await database.listen(OPERATIONS_CHANNEL, keepUp);
      if (database.kind === 'postgres') timer ??= setInterval(keepUp, LOOK_AGAIN_MS).unref();
      await refresh();
    },
    close: async () => {
      clearInterval(timer);
      await unlisten?.();
      unlisten = undefined;
      await reading?.catch(() => undefined);
    },
  };
}

function keyOf({ organizationId, feature }: Pick<FeatureSetting, 'organizationId' | 'feature'>): string {
  return `${organizationId ?? ''}/${feature}`;
}
