import { type Static, Type } from 'typebox';
import { Nullable, OneOf, PageOf, Timestamp } from '../../../platform/http/schemas.ts';
import type { SigningKeyRow } from './signing-keys.tables.ts';

export const SigningKeyView = Type.Object({
  id: Type.String({
    description: '`kid` of the tokens: the SHA-256 thumbprint of the public key (RFC 7638).',
  }),
  status: OneOf(
    ['next', 'signing', 'retired', 'ended'],
    'next: published, signs from activeFrom on. retired: signs no more, its tokens are accepted. ended: neither.',
  ),
  usable: Type.Boolean({ description: 'false: it was made under another SECRET_KEY and does not open.' }),
  activeFrom: Timestamp,
  retiredAt: Nullable(Timestamp),
  expiresAt: Nullable(Timestamp),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type SigningKeyView = Static<typeof SigningKeyView>;

export const SigningKeyList = PageOf(SigningKeyView);
export type SigningKeyList = Static<typeof SigningKeyList>;

export const RotateBody = Type.Object(
  {
    endSessions: Type.Optional(
      Type.Boolean({
        description: 'Refuse the old keys at once and end the sessions of everybody. Default: false.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type RotateBody = Static<typeof RotateBody>;

/** `usable`: whether the key opens under this server's secret. `now`: milliseconds since 1970. */
export function toSigningKeyView(row: SigningKeyRow, usable: boolean, now: number): SigningKeyView {
  return {
    id: row.id,
    status: statusOf(row, now),
    usable,
    activeFrom: row.active_from,
    retiredAt: row.retired_at,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function statusOf(row: SigningKeyRow, now: number): SigningKeyView['status'] {
  if (row.expires_at !== null && Date.parse(row.expires_at) <= now) return 'ended';
  if (row.retired_at !== null && Date.parse(row.retired_at) <= now) return 'retired';
  return Date.parse(row.active_from) > now ? 'next' : 'signing';
}
