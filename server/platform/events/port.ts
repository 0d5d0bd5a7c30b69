import type { Tx } from '../db/port.ts';

/** A contract between modules: a dotted name in the past tense and the shape of its payload (ids, not documents). */
export interface EventType<Payload extends object> {
  readonly name: string;
  /** Only there to carry the type. */
  readonly payload?: Payload;
}

export interface DomainEvent<Payload extends object> {
  readonly id: string;
  readonly type: string;
  readonly organizationId: string;
  readonly actorUserId: string | null;
  readonly requestId: string;
  readonly occurredAt: string;
  readonly payload: Payload;
}

export interface Events {
  /** Writes the event, and a job for each subscriber, in the caller's transaction. */
  emit<Payload extends object>(
    tx: Tx,
    actor: { readonly organizationId: string; readonly userId: string | null; readonly requestId: string },
    type: EventType<Payload>,
    payload: Payload,
  ): Promise<void>;
  /** Registers a subscriber; `subscriber` names it for good (`<module>.<what it does>`). Delivered at least once. Call before start. */
  subscribe<Payload extends object>(
    type: EventType<Payload>,
    subscriber: string,
    handler: (event: DomainEvent<Payload>, signal: AbortSignal) => Promise<void>,
  ): void;
}
