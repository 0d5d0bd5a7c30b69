/**
 * What an API key may be limited to (RFC 6749, 3.3): a part of the product and whether it may change there. A key never
 * does more than its person's role allows; what no scope names (accounts, members, keys) no key may do.
 */
export const SCOPES = [
  'library:read',
  'library:write',
  'search:read',
  'ask:run',
  'tasks:read',
  'tasks:write',
  'organization:read',
  'audit:read',
] as const;

export type Scope = (typeof SCOPES)[number];
