export { QueuedEvents } from './events.ts';
export type { DomainEvent, Events, EventType } from './port.ts';
