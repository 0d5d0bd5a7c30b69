import { type Static, Type } from 'typebox';
import type { AuditEvent } from '../../platform/audit/index.ts';
import { Id, Nullable, OneOf, PageOf, PageQuery, Timestamp } from '../../platform/http/schemas.ts';

const OUTCOMES = ['succeeded', 'denied'] as const;
const Word = (description: string) => Type.String({ minLength: 1, maxLength: 200, description });
const Members = (description: string) =>
  Nullable(Type.Object({}, { additionalProperties: true, description }));

const filter = {
  action: Type.Optional(
    Type.String({
      pattern: '^[a-z][a-z0-9_.]*$',
      maxLength: 100,
      description: 'how the action begins: `session.` or `session.opened`',
    }),
  ),
  userId: Type.Optional(Id),
  targetType: Type.Optional(Word('for example `collection`')),
  targetId: Type.Optional(Word('with `targetType`')),
  outcome: Type.Optional(OneOf(OUTCOMES)),
  address: Type.Optional(Word('the network address that the request came from')),
  from: Type.Optional(Type.String({ format: 'date-time', description: 'from this time on' })),
  until: Type.Optional(Type.String({ format: 'date-time', description: 'before this time' })),
};
export const FilterQuery = Type.Object(filter, { additionalProperties: false });
export type FilterQuery = Static<typeof FilterQuery>;

export const ListQuery = Type.Object({ ...filter, ...PageQuery }, { additionalProperties: false });
export type ListQuery = Static<typeof ListQuery>;

export const FORMATS = ['csv', 'jsonl'] as const;
export type ExportFormat = (typeof FORMATS)[number];
export const ExportQuery = Type.Object(
  { ...filter, format: OneOf(FORMATS, 'csv: RFC 4180; jsonl: one JSON object on each line') },
  { additionalProperties: false },
);
export type ExportQuery = Static<typeof ExportQuery>;

export const EventView = Type.Object({
  id: Id,
  sequence: Type.Integer({ description: 'its place in the trail, from 1 and without gaps' }),
  createdAt: Timestamp,
  action: Type.String({ description: 'for example `session.opened`' }),
  outcome: OneOf(OUTCOMES),
  actor: Type.Object({
    kind: Type.String({ description: '`user`, `apiKey`, `system`, `operator` or `public`' }),
    userId: Nullable(Id),
    credentialId: Nullable(Type.String({ description: 'the session or the API key' })),
  }),
  target: Nullable(Type.Object({ type: Type.String(), id: Type.String() })),
  address: Nullable(Type.String()),
  requestId: Type.String(),
  before: Members('what changed, as it was'),
  after: Members('what changed, as it became'),
  details: Members('anything else'),
  hash: Type.String({ description: 'hex; authenticates the event and all events before it' }),
});
export type EventView = Static<typeof EventView>;
export const EventPage = PageOf(EventView);

export const VerificationView = Type.Object({
  intact: Type.Boolean(),
  events: Type.Integer({ description: 'how many were checked and found whole' }),
  removedUntil: Type.Integer({ description: 'the last sequence that retention removed; 0 for none' }),
  lastSequence: Type.Integer(),
  lastHash: Nullable(
    Type.String({ description: 'keep it elsewhere: it shows later that nothing was cut off' }),
  ),
  broken: Nullable(
    Type.Object({
      sequence: Type.Integer({ description: 'the first place that is not as it was recorded' }),
      reason: OneOf(['missing', 'changed', 'unlinked', 'unrecorded', 'end_forged', 'unknown_key']),
    }),
  ),
});
export type VerificationView = Static<typeof VerificationView>;

export function toEventView(event: AuditEvent): EventView {
  return {
    id: event.id,
    sequence: event.sequence,
    createdAt: event.occurredAt,
    action: event.action,
    outcome: event.outcome,
    actor: { kind: event.actorKind, userId: event.userId, credentialId: event.credentialId },
    target: event.target ?? null,
    address: event.address,
    requestId: event.requestId,
    before: event.before ?? null,
    after: event.after ?? null,
    details: event.details ?? null,
    hash: event.hash,
  };
}
