import type { Clock } from '../../kernel/clock.ts';
import type { KeyRing, SigningKey } from './port.ts';

/** Milliseconds after which remembered keys are read again, should no message of a change have come. */
const REFRESH_AFTER = 60_000;
/** Milliseconds between two questions to the store: ids that nobody knows cause no load, and neither does a store that fails. */
const ASK_AGAIN_AFTER = 1000;

export interface KeyRingOptions {
  /** Every key that is accepted now or later; makes one where none signs now. */
  readonly load: () => Promise<readonly SigningKey[]>;
  readonly clock: Clock;
  /** The store did not answer; the remembered keys go on. */
  readonly onError: (error: unknown) => void;
}

/** Remembers the keys. A verification asks nobody, unless its key is not known. */
export function createKeyRing({ load, clock, onError }: KeyRingOptions): KeyRing {
  let keys: ReadonlyMap<string, SigningKey> = new Map();
  let loadedAt = Number.NEGATIVE_INFINITY;
  let askedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | undefined;
  const now = () => clock().getTime();

  return { current, get, find, published, refresh };

  async function current(): Promise<SigningKey> {
    const remembered = signing();
    if (remembered) {
      keepFresh();
      return remembered;
    }
    await read();
    const key = signing();
    if (!key) throw new Error('there is no key that signs now');
    return key;
  }

  function signing(): SigningKey | undefined {
    const at = now();
    return [...keys.values()]
      .filter(({ activeFrom, retiredAt, expiresAt }) => {
        return activeFrom <= at && (retiredAt ?? at + 1) > at && (expiresAt ?? at + 1) > at;
      })
      .sort((a, b) => b.activeFrom - a.activeFrom)[0];
  }

  function get(kid: string): SigningKey | undefined {
    const key = keys.get(kid);
    return key && isAccepted(key, now()) ? key : undefined;
  }

  async function find(kid: string): Promise<SigningKey | undefined> {
    const key = get(kid);
    if (key) {
      keepFresh();
      return key;
    }
    if (keys.has(kid)) return undefined;
    if (loading || mayAsk()) await read();
    return get(kid);
  }

  async function published() {
    await current();
    const at = now();
    return [...keys.values()].filter((key) => isAccepted(key, at)).map(({ publicJwk }) => publicJwk);
  }

  /** Before the first answer nobody can be refused. */
  function mayAsk(): boolean {
    return keys.size === 0 || now() - askedAt >= ASK_AGAIN_AFTER;
  }

  function keepFresh(): void {
    if (now() - loadedAt > REFRESH_AFTER && mayAsk()) read().catch(onError);
  }

  /** What is being read may be older than the change. */
  async function refresh(): Promise<void> {
    await loading?.catch(() => undefined);
    await read();
  }

  /** Callers at the same time share one reading. */
  function read(): Promise<void> {
    loading ??= readNow().finally(() => {
      loading = undefined;
    });
    return loading;
  }

  async function readNow(): Promise<void> {
    askedAt = now();
    const loaded = await load();
    keys = new Map(loaded.map((key) => [key.kid, key]));
    loadedAt = askedAt;
  }
}

/** Also before its first token: the clocks of two processes differ. */
function isAccepted({ expiresAt }: SigningKey, at: number): boolean {
  return expiresAt === null || expiresAt > at;
}
