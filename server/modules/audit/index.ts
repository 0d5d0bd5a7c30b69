import type { Actor } from '../../kernel/actor.ts';
import type { Verification } from '../../platform/audit/index.ts';
import type { EventView, ExportFormat } from './audit.schemas.ts';

export { linesOf } from './audit.export.ts';
export type { EventView, ExportFormat } from './audit.schemas.ts';

export interface TrailVerification extends Verification {
  /** Null: the instance's own trail. */
  readonly organizationId: string | null;
}

/** What the product found when it last looked at all trails. */
export interface SelfCheck {
  /** RFC 3339 with microseconds. */
  readonly checkedAt: string;
  readonly trails: number;
  /** How many of them are not as they were recorded. */
  readonly brokenTrails: number;
}

/** What the command line and the schedule may ask. Every method is for the instance or its operator, else `audit.not_allowed`. */
export interface AuditApi {
  /** Verifies one trail after the other: an organization's, or all of them with the instance's first. */
  verifyAll(
    actor: Actor,
    organizationId: string | undefined,
    signal: AbortSignal,
  ): AsyncIterable<TrailVerification>;
  /** The pages of a trail, oldest event first; `null` is the instance's own. The export is recorded in that trail. */
  exportTrail(
    actor: Actor,
    organizationId: string | null,
    format: ExportFormat,
  ): Promise<AsyncIterable<readonly EventView[]>>;
  /**
   * Removes what is older than the retention that is set, and all of organizations that are gone. Says how many events it
   * was.
   */
  sweep(actor: Actor, signal: AbortSignal): Promise<number>;
  /** Verifies all trails, logs each that is broken as an error, and records what it found in the instance's trail. */
  selfCheck(actor: Actor, signal: AbortSignal): Promise<void>;
  /** What it found last; null before the first time. */
  lastSelfCheck(actor: Actor): Promise<SelfCheck | null>;
}
