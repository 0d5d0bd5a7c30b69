import { type Static, Type } from 'typebox';
import { Id, Nullable, OneOf, Timestamp } from '../../../platform/http/schemas.ts';
import type { OpenSessionRow } from './sessions.repository.ts';
import { deviceOf } from './user-agent.ts';

export const SessionView = Type.Object({
  id: Id,
  current: Type.Boolean({ description: 'the one that asks' }),
  organizationId: Id,
  method: OneOf(['registration', 'password', 'link', 'sso'], 'how it was opened'),
  address: Nullable(Type.String({ description: 'where it was opened or last renewed from' })),
  device: Nullable(Type.String({ description: 'for example `Firefox on Linux`, as the browser says' })),
  lastSeenAt: {
    ...Timestamp,
    description: 'when it was opened or last renewed, to the life of an access token',
  },
  expiresAt: Timestamp,
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type SessionView = Static<typeof SessionView>;

/** Nobody has so many that they need pages. */
export const SessionList = Type.Object({ items: Type.Array(SessionView) });
export type SessionList = Static<typeof SessionList>;

export const EndedSessions = Type.Object({ ended: Type.Integer({ description: 'how many' }) });

export function toSessionView(row: OpenSessionRow, currentId: string | undefined): SessionView {
  return {
    id: row.id,
    current: row.id === currentId,
    organizationId: row.organization_id,
    method: row.method,
    address: row.address,
    device: deviceOf(row.user_agent),
    lastSeenAt: row.rotated_at,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
