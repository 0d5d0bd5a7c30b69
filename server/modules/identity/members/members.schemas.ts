import { type Static, Type } from 'typebox';
import { ROLES } from '../../../kernel/actor.ts';
import { Id, Nullable, OneOf, PageOf, PageQuery, Timestamp } from '../../../platform/http/schemas.ts';
import type { MemberRow } from './members.repository.ts';

export const MemberView = Type.Object({
  id: Id,
  name: Type.String(),
  email: Nullable(Type.String({ description: 'only admins see those of others' })),
  role: OneOf(ROLES),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type MemberView = Static<typeof MemberView>;

export const MemberPage = PageOf(MemberView);
export const MemberListQuery = Type.Object(
  {
    ...PageQuery,
    q: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'how a name or its last word begins; for admins also the address',
      }),
    ),
  },
  { additionalProperties: false },
);
export type MemberListQuery = Static<typeof MemberListQuery>;

export const MemberPatch = Type.Object({ role: OneOf(ROLES) }, { additionalProperties: false });
export type MemberPatch = Static<typeof MemberPatch>;

export const MemberParams = Type.Object({ id: Id, userId: Id }, { additionalProperties: false });

export function toMemberView(row: MemberRow, withEmail: boolean): MemberView {
  return {
    id: row.user_id,
    name: row.name,
    email: withEmail ? row.email : null,
    role: row.role,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
