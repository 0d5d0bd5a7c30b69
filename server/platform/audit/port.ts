import type { Actor } from '../../kernel/actor.ts';
import type { Tx } from '../db/port.ts';

/** What happened, for the people who must be able to find out later. Never a secret, a token or a text of a document. */
export interface AuditEntry {
  /** `<area>.<what>_<done>`, stable: `member.role_changed`, `session.opened`, `api_key.created`. */
  readonly action: string;
  /** Whose trail it goes into; null for the instance's own (operators, sign-ins of people without an organization). */
  readonly organizationId: string | null;
  /** What it was done to. */
  readonly target?: { readonly type: string; readonly id: string };
  /** Of settings: only the members that changed. */
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
  /** Anything else worth knowing: the method of a sign-in, a reason. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Where the act is refused: `denied`. Default `succeeded`. */
  readonly outcome?: 'succeeded' | 'denied';
  /** Who, where the actor does not say it: a sign-in, before which nobody is signed in. */
  readonly userId?: string;
}

/** The append-only trail. */
export interface AuditTrail {
  /**
   * Writes the entry in the caller's transaction: what is rolled back leaves no trace, what is committed leaves one. It is
   * written when everything else in the transaction is done, because the trail is locked from then until the commit.
   */
  record(tx: Tx, actor: Actor, entry: AuditEntry): Promise<void>;
}

/** An entry in its place. */
export interface AuditEvent extends Omit<AuditEntry, 'organizationId' | 'userId'> {
  readonly id: string;
  /** Its place in the trail, from 1. */
  readonly sequence: number;
  /** RFC 3339 with microseconds. */
  readonly occurredAt: string;
  readonly outcome: 'succeeded' | 'denied';
  readonly actorKind: string;
  readonly userId: string | null;
  readonly credentialId: string | null;
  readonly address: string | null;
  readonly requestId: string;
  /** Lower-case hex: what somebody who keeps it elsewhere can compare later. */
  readonly hash: string;
}

/** All that is given must hold. */
export interface AuditFilter {
  /** How the action begins: `session.` or `session.opened`. */
  readonly action?: string | undefined;
  readonly userId?: string | undefined;
  readonly targetType?: string | undefined;
  readonly targetId?: string | undefined;
  readonly outcome?: 'succeeded' | 'denied' | undefined;
  readonly address?: string | undefined;
  /** From this time on. */
  readonly from?: Date | undefined;
  /** Before this time. */
  readonly until?: Date | undefined;
}

/** A stretch of a trail, without the events at its two ends. */
export interface AuditPosition {
  readonly after?: number | undefined;
  readonly before?: number | undefined;
}

/** Why a trail is not what was recorded. */
export type BreakReason =
  | 'missing' // there is no event of this sequence
  | 'changed' // its hash is not that of its content
  | 'unlinked' // it does not continue from the event before it
  | 'unrecorded' // it stands behind the end of the trail
  | 'end_forged' // where the trail begins and ends was not written by the product
  | 'unknown_key'; // it was made under a SECRET_KEY that is not among those given

export interface ChainBreak {
  readonly sequence: number;
  readonly reason: BreakReason;
}

export interface Verification {
  /** How many events were checked and found whole, up to the first that is not. */
  readonly events: number;
  /** Of the last event that retention removed; 0 where it removed none. */
  readonly removedUntil: number;
  /** Of the last event, and its hash in hex: kept elsewhere, they show later that nothing was cut off. */
  readonly lastSequence: number;
  readonly lastHash: string | null;
  /** The first broken place; null where the trail is whole. */
  readonly broken: ChainBreak | null;
}

/** How many events were removed, and what was wrong with them. */
export interface Removal {
  readonly removed: number;
  readonly broken: ChainBreak | null;
}

export interface FoundTrail {
  /** An organization, or `INSTANCE_TRAIL`. */
  readonly id: string;
  /** The organization is gone, and events of it are left. */
  readonly abandoned: boolean;
}

/** Trails as they are read. All methods are about the actor's own trail: their organization's, or the instance's. */
export interface AuditLog {
  /** At most `limit` events, newest first; with `order` `oldest`, the other way round. */
  list(
    actor: Actor,
    filter: AuditFilter,
    position: AuditPosition,
    limit: number,
    order?: 'newest' | 'oldest',
  ): Promise<readonly AuditEvent[]>;
  verify(actor: Actor, signal: AbortSignal): Promise<Verification>;
  /**
   * Removes the oldest events, those of before `before`, at most `most` of them. The database refuses what is younger than
   * 28 days.
   */
  removeBefore(actor: Actor, before: Date, most: number): Promise<Removal>;
  /**
   * The same with all events of an organization that is gone; the database refuses it as long as there is one. That there
   * was a trail, and how long it was, is kept.
   */
  forget(actor: Actor, most: number): Promise<Removal>;
  /** All trails, by id; for the instance only. */
  trails(actor: Actor, after: string | undefined, limit: number): Promise<readonly FoundTrail[]>;
}
