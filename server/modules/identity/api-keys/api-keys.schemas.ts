import { type Static, Type } from 'typebox';
import { ROLES } from '../../../kernel/actor.ts';
import { SCOPES } from '../../../kernel/scopes.ts';
import { Id, Nullable, OneOf, PageOf, PageQuery, Timestamp } from '../../../platform/http/schemas.ts';
import type { ApiKeyRow } from './api-keys.tables.ts';

/** Days. */
export const DEFAULT_LIFETIME = 90;
export const LONGEST_LIFETIME = 366;

const Scopes = Type.Array(OneOf(SCOPES), { minItems: 1, maxItems: SCOPES.length, uniqueItems: true });

export const ApiKeyView = Type.Object({
  id: Id,
  name: Type.String(),
  prefix: Type.String({ description: 'how the key begins' }),
  scopes: Type.Array(OneOf(SCOPES)),
  role: OneOf(ROLES, 'the most that the key may; its person’s role where that is lower'),
  state: OneOf(['active', 'expired', 'revoked']),
  owner: Type.Object({ id: Id, name: Type.String() }),
  expiresAt: Nullable(Timestamp),
  lastUsedAt: Nullable(
    Type.String({ format: 'date-time', description: 'to the minute; written some seconds late' }),
  ),
  revokedAt: Nullable(Timestamp),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type ApiKeyView = Static<typeof ApiKeyView>;

export const CreatedApiKey = Type.Object({
  ...ApiKeyView.properties,
  key: Type.String({ description: 'shown this once; send it as `Authorization: Bearer`' }),
});
export type CreatedApiKey = Static<typeof CreatedApiKey>;

/** What a key finds out about itself. */
export const CurrentApiKey = Type.Object({
  ...ApiKeyView.properties,
  organization: Type.Object({ id: Id, name: Type.String() }),
});
export type CurrentApiKey = Static<typeof CurrentApiKey>;

export const ApiKeyPage = PageOf(ApiKeyView);

export const NewApiKeyBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    scopes: Scopes,
    role: Type.Optional(OneOf(ROLES, 'at most one’s own, which is the default')),
    expiresInDays: Type.Optional(
      Nullable(
        Type.Integer({
          minimum: 1,
          maximum: LONGEST_LIFETIME,
          description: `default ${DEFAULT_LIFETIME}; null, for admins only: the key does not expire`,
        }),
      ),
    ),
  },
  { additionalProperties: false },
);
export type NewApiKeyBody = Static<typeof NewApiKeyBody>;

export const ApiKeyListQuery = Type.Object(
  {
    ...PageQuery,
    owner: Type.Optional(OneOf(['me', 'everybody'], 'default `me`; `everybody` is for admins')),
  },
  { additionalProperties: false },
);
export type ApiKeyListQuery = Static<typeof ApiKeyListQuery>;

export function toApiKeyView(row: ApiKeyRow, now: Date): ApiKeyView {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: [...row.scopes],
    role: row.role,
    state: stateOf(row, now),
    owner: { id: row.user_id, name: row.user_name },
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function stateOf(row: ApiKeyRow, now: Date): ApiKeyView['state'] {
  if (row.revoked_at !== null) return 'revoked';
  return row.expires_at !== null && Date.parse(row.expires_at) <= now.getTime() ? 'expired' : 'active';
}
