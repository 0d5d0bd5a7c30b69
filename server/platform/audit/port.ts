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
  /** Writes the entry in the caller's transaction: what is rolled back leaves no trace, what is committed leaves one. */
  record(tx: Tx, actor: Actor, entry: AuditEntry): Promise<void>;
}
