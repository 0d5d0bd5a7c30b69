import { type Clock, systemClock } from '../../kernel/clock.ts';
import { type IdSource, newId } from '../../kernel/ids.ts';
import type { Tx } from '../db/index.ts';
import type { Queue, QueueDefinition } from '../queue/index.ts';
import type { DomainEvent, Events, EventType } from './port.ts';

/** Delivers events through the queue: a job for each subscriber, written in the transaction that caused the event. */
export class QueuedEvents implements Events {
  readonly #queue: Queue;
  readonly #clock: Clock;
  readonly #newId: IdSource;
  readonly #subscribers = new Map<string, QueueDefinition<DomainEvent<object>>[]>();

  constructor(queue: Queue, clock: Clock = systemClock, ids: IdSource = newId) {
    this.#queue = queue;
    this.#clock = clock;
    this.#newId = ids;
  }

  async emit<Payload extends object>(
    tx: Tx,
    actor: { readonly organizationId: string; readonly userId: string | null; readonly requestId: string },
    type: EventType<Payload>,
    payload: Payload,
  ): Promise<void> {
    const event: DomainEvent<Payload> = {
      id: this.#newId(),
      type: type.name,
      organizationId: actor.organizationId,
      actorUserId: actor.userId,
      requestId: actor.requestId,
      occurredAt: this.#clock().toISOString(),
      payload,
    };
    for (const queue of this.#subscribers.get(type.name) ?? []) await this.#queue.enqueue(tx, queue, event);
  }

  subscribe<Payload extends object>(
    type: EventType<Payload>,
    subscriber: string,
    handler: (event: DomainEvent<Payload>, signal: AbortSignal) => Promise<void>,
  ): void {
    const definition: QueueDefinition<DomainEvent<Payload>> = {
      name: `event.${type.name}.${subscriber}`,
      retries: 20,
      concurrency: 2,
      heartbeatSeconds: 15,
      timeoutSeconds: 300,
    };
    this.#queue.handle(definition, (job) => handler(job.data, job.signal));
    const known = this.#subscribers.get(type.name) ?? [];
    this.#subscribers.set(type.name, [...known, definition as QueueDefinition<DomainEvent<object>>]);
  }
}
