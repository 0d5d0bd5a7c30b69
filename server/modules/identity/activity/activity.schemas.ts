import { type Static, Type } from 'typebox';
import type { AuditEvent } from '../../../platform/audit/index.ts';
import { Id, Nullable, OneOf, PageOf, PageQuery, Timestamp } from '../../../platform/http/schemas.ts';

const BY = ['you', 'operator', 'product', 'unknown'] as const;
const OUTCOMES = ['succeeded', 'denied'] as const;

export const ActivityQuery = Type.Object(PageQuery, { additionalProperties: false });
export type ActivityQuery = Static<typeof ActivityQuery>;

const ActivityView = Type.Object({
  id: Id,
  occurredAt: Timestamp,
  action: Type.String({
    description: 'for example `session.opened`, `sign_in.failed`, `user.password_changed`',
  }),
  outcome: OneOf(OUTCOMES),
  by: OneOf(BY, '`unknown`: nobody had signed in; `product`: by itself, or from its command line'),
  address: Nullable(
    Type.String({ description: 'where it came from; only of what you or somebody unknown did' }),
  ),
  method: Nullable(Type.String({ description: 'of a sign-in: `password`, `link`, `sso` or `registration`' })),
});
export type ActivityView = Static<typeof ActivityView>;
export const ActivityPage = PageOf(ActivityView);

/** What the person may know: nothing of the operator who did it, or of their reasons. */
export function toActivityView(event: AuditEvent, userId: string): ActivityView {
  const { id, occurredAt, action, outcome, address, details } = event;
  const by = doerOf(event, userId);
  return {
    ...{ id, occurredAt, action, outcome, by },
    address: by === 'you' || by === 'unknown' ? address : null,
    method: typeof details?.method === 'string' ? details.method : null,
  };
}

function doerOf({ actorKind, userId: doer }: AuditEvent, userId: string): ActivityView['by'] {
  if (doer === userId) return 'you';
  if (doer === null && actorKind === 'public') return 'unknown';
  return actorKind === 'system' ? 'product' : 'operator';
}
