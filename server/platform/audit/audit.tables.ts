/** Rows as the database gives them: times are RFC 3339 with microseconds. */
export interface AuditTables {
  audit_trails: {
    organization_id: string;
    sequence: number;
    hash: Uint8Array | null;
    removed_until: number;
    removed_hash: Uint8Array | null;
    seal: Uint8Array | null;
    key_id: string | null;
    created_at: string;
  };
  audit_events: {
    organization_id: string;
    sequence: number;
    id: string;
    occurred_at: string;
    action: string;
    outcome: 'succeeded' | 'denied';
    actor_kind: string;
    user_id: string | null;
    credential_id: string | null;
    address: string | null;
    request_id: string;
    target_type: string | null;
    target_id: string | null;
    before: Json | null;
    after: Json | null;
    details: Json | null;
    previous_hash: Uint8Array | null;
    hash: Uint8Array;
    key_id: string;
  };
}

/** What a JSON object becomes when it is read. */
export type Json = Readonly<Record<string, unknown>>;

export type TrailRow = Omit<AuditTables['audit_trails'], 'created_at'>;

export type EventRow = AuditTables['audit_events'];

/** An event before its place in the chain is known. */
export type UnchainedEvent = Omit<EventRow, 'sequence' | 'previous_hash' | 'hash' | 'key_id'>;
