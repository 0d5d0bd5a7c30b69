import { NIL } from 'uuid';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { IdSource } from '../../kernel/ids.ts';
import { appendEvent, lockTrail } from './audit.repository.ts';
import type { UnchainedEvent } from './audit.tables.ts';
import { chained, chainKey, trailSeal } from './chain.ts';
import { recordableObject, recordableText } from './json.ts';
import type { AuditEntry, AuditTrail } from './port.ts';

/** The trail of the instance itself: the Nil UUID (RFC 9562, 5.9), which no organization has. */
export const INSTANCE_TRAIL = NIL;

const ACTION = /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$/;
/** Characters of an id, an address, a kind. */
const MAX_WORD = 200;

export interface AuditTrailOptions {
  /** 32 bytes, known to the product and not to the database. */
  readonly key: Uint8Array;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** The trail in the database: two statements an entry. */
export function createAuditTrail(options: AuditTrailOptions): AuditTrail {
  const { clock, ids } = options;
  const key = chainKey(options.key);
  return {
    record: async (tx, actor, entry) => {
      const event = eventOf(actor, entry, ids(), clock());
      const trail = await lockTrail(tx, event.organization_id);
      const row = chained(event, trail, key);
      const end = { ...trail, sequence: row.sequence, hash: row.hash, key_id: key.id };
      await appendEvent(tx, row, trailSeal(end, key));
    },
  };
}

function eventOf(actor: Actor, entry: AuditEntry, id: string, at: Date): UnchainedEvent {
  if (!ACTION.test(entry.action)) throw new TypeError(`not the name of an audited action: ${entry.action}`);
  return {
    organization_id: entry.organizationId ?? INSTANCE_TRAIL,
    id,
    occurred_at: at.toISOString(),
    action: entry.action,
    outcome: entry.outcome ?? 'succeeded',
    // A sign-in begins as nobody's and is somebody's act once it is known whose.
    actor_kind: actor.kind === 'public' && entry.userId !== undefined ? 'user' : actor.kind,
    user_id: entry.userId ?? actor.userId,
    credential_id: word(actor.credentialId),
    address: word(actor.address),
    request_id: recordableText(actor.requestId, MAX_WORD),
    target_type: word(entry.target?.type),
    target_id: word(entry.target?.id),
    before: entry.before === undefined ? null : recordableObject(entry.before),
    after: entry.after === undefined ? null : recordableObject(entry.after),
    details: entry.details === undefined ? null : recordableObject(entry.details),
  };
}

function word(text: string | undefined): string | null {
  return text === undefined ? null : recordableText(text, MAX_WORD);
}
