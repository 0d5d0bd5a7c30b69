import type { Logger } from 'pino';
import { type Actor, instanceActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { AuditTrail } from '../../../platform/audit/index.ts';
import {
  type NewSigningKey,
  newSigningKey,
  openSigningKey,
  type SigningKey,
} from '../../../platform/auth/index.ts';
import type { Tx, UnitOfWork } from '../../../platform/db/index.ts';
import { requireInstance } from '../identity.policy.ts';
import { rotationUnderWay } from './signing-keys.errors.ts';
import {
  acceptedSigningKeys,
  allSigningKeys,
  announceSigningKeys,
  endSigningKeys,
  forgetSigningKeys,
  insertSigningKey,
  lockSigningKeys,
  retireSigningKeys,
} from './signing-keys.repository.ts';
import { type SigningKeyList, toSigningKeyView } from './signing-keys.schemas.ts';
import type { SigningKeySeal } from './signing-keys.seal.ts';
import type { SigningKeyRow } from './signing-keys.tables.ts';

/** Milliseconds between a key's publication and its first token: verifiers read the published keys every few minutes. */
const PUBLISHED_BEFORE = 600_000;
/** Milliseconds that the tokens of a retired key are accepted beyond their life: clocks differ. */
const SLACK = 60_000;
/** Milliseconds that an ended key is listed. */
const KEEP_ENDED = 30 * 86_400_000;

export interface SigningKeys {
  /** The keys that are accepted now or later, opened; makes one where none signs now. */
  load(): Promise<readonly SigningKey[]>;
  /** All of them, the newest first. Throws `identity.not_allowed`. */
  list(actor: Actor): Promise<SigningKeyList>;
  /**
   * Makes the next key. It signs ten minutes after its publication, and the tokens of its predecessor are accepted until
   * they end; with `endSessions` it signs at once, and everybody signs in again. Throws `identity.not_allowed`,
   * `identity.rotation_under_way`.
   */
  rotate(actor: Actor, options: { readonly endSessions: boolean }): Promise<SigningKeyList>;
  /** Rotates when the key is old enough, and forgets what has ended; to be run once a day. */
  sweep(actor: Actor): Promise<void>;
}

export interface SigningKeysDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly seal: SigningKeySeal;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** The longest life of a token. */
  readonly accessTokenSeconds: number;
  /** Days after which a key gets a successor by itself; 0: never. */
  readonly rotationDays: number;
  /** Ends the sessions of everybody. */
  readonly endAllSessions: (tx: Tx, at: string) => Promise<void>;
}

const INSTANCE = instanceActor('signing-keys');

export function createSigningKeys(dependencies: SigningKeysDependencies): SigningKeys {
  const { uow, audit, clock, seal, logger, accessTokenSeconds, rotationDays, endAllSessions } = dependencies;
  return { load, list, rotate, sweep };

  async function load(): Promise<readonly SigningKey[]> {
    const read = () => uow.read(INSTANCE, (tx) => acceptedSigningKeys(tx, clock().toISOString()));
    const rows = await read();
    if (rows.some(signsHere)) return opened(rows);
    await makeFirst();
    return opened(await read());
  }

  /** Several processes that start together make one key. */
  async function makeFirst(): Promise<void> {
    const key = await newSigningKey();
    const made = await uow.write(INSTANCE, async (tx) => {
      await lockSigningKeys(tx);
      const at = clock().toISOString();
      const rows = await acceptedSigningKeys(tx, at);
      if (rows.some(signsHere)) return undefined;
      await insert(tx, key, at, at);
      await audit.record(tx, INSTANCE, {
        action: 'signing_key.created',
        organizationId: null,
        target: { type: 'signing_key', id: key.kid },
      });
      return { closed: rows.filter((row) => seal.open(row) === undefined).length };
    });
    if (!made) return;
    logger.info({ kid: key.kid }, 'made a key that signs access tokens');
    if (made.closed > 0) {
      logger.warn(
        { closed: made.closed },
        'signing keys do not open with this SECRET_KEY: everybody who was signed in under another one signs in again',
      );
    }
  }

  async function list(actor: Actor): Promise<SigningKeyList> {
    requireInstance(actor);
    const rows = await uow.read(instanceActor(actor.requestId), allSigningKeys);
    const now = clock().getTime();
    const items = rows.map((row) => toSigningKeyView(row, seal.open(row) !== undefined, now));
    return { items, nextCursor: null };
  }

  async function rotate(actor: Actor, options: { readonly endSessions: boolean }): Promise<SigningKeyList> {
    requireInstance(actor);
    const key = await newSigningKey();
    await uow.write(instanceActor(actor.requestId), async (tx) => {
      await lockSigningKeys(tx);
      const now = clock();
      const at = now.toISOString();
      const rows = await acceptedSigningKeys(tx, at);
      if (options.endSessions) {
        await endSigningKeys(tx, at);
        await endAllSessions(tx, at);
        await insert(tx, key, at, at);
      } else {
        const next = rows.find((row) => Date.parse(row.active_from) > now.getTime() && seal.open(row));
        if (next) throw rotationUnderWay(next.active_from);
        // Where no key signs there is nobody to wait for.
        const start = now.getTime() + (rows.some(signsHere) ? PUBLISHED_BEFORE : 0);
        const activeFrom = new Date(start).toISOString();
        const expiresAt = new Date(start + accessTokenSeconds * 1000 + SLACK).toISOString();
        await retireSigningKeys(tx, { at, retiredAt: activeFrom, expiresAt });
        await insert(tx, key, activeFrom, at);
      }
      await audit.record(tx, actor, {
        action: 'signing_key.rotated',
        organizationId: null,
        target: { type: 'signing_key', id: key.kid },
        details: { endSessions: options.endSessions, before: rows.map(({ id }) => id) },
      });
    });
    logger.info(
      { kid: key.kid, ...options, requestId: actor.requestId },
      'access tokens get a new signing key',
    );
    return list(actor);
  }

  async function insert(tx: Tx, key: NewSigningKey, activeFrom: string, at: string): Promise<void> {
    await insertSigningKey(tx, { id: key.kid, sealedKey: seal.seal(key), activeFrom, at });
    await announceSigningKeys(tx);
  }

  async function sweep(actor: Actor): Promise<void> {
    requireInstance(actor);
    const now = clock().getTime();
    await uow.write(instanceActor(actor.requestId), (tx) => {
      const iso = (time: number) => new Date(time).toISOString();
      return forgetSigningKeys(tx, { ended: iso(now), forgotten: iso(now - KEEP_ENDED), at: iso(now) });
    });
    if (rotationDays === 0) return;
    const rows = await uow.read(INSTANCE, (tx) => acceptedSigningKeys(tx, clock().toISOString()));
    const [newest] = rows.filter((row) => seal.open(row) !== undefined);
    if (newest && now - Date.parse(newest.active_from) > rotationDays * 86_400_000)
      await rotate(actor, { endSessions: false });
  }

  function signsHere(row: SigningKeyRow): boolean {
    const now = clock().getTime();
    const retired = row.retired_at !== null && Date.parse(row.retired_at) <= now;
    return Date.parse(row.active_from) <= now && !retired && seal.open(row) !== undefined;
  }

  /**
   * A key that does not open is none of ours, also not to verify with: whoever can write to the database and does not
   * know the secret cannot make us accept a key of theirs.
   */
  async function opened(rows: readonly SigningKeyRow[]): Promise<readonly SigningKey[]> {
    const ours = rows.flatMap((row) => {
      const secret = seal.open(row);
      return secret ? [openSigningKey({ kid: row.id, secret }, timesOf(row))] : [];
    });
    return Promise.all(ours);
  }
}

function timesOf(row: SigningKeyRow): Pick<SigningKey, 'activeFrom' | 'retiredAt' | 'expiresAt'> {
  const parse = (time: string | null) => (time === null ? null : Date.parse(time));
  return {
    activeFrom: Date.parse(row.active_from),
    retiredAt: parse(row.retired_at),
    expiresAt: parse(row.expires_at),
  };
}
