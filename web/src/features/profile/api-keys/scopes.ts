import type { ApiKeyBody } from '../../../../../client/index.ts';
import { isAtLeast, type Role } from '../../../shared/roles.ts';

export type Scope = ApiKeyBody['scopes'][number];

interface ScopeOption {
  readonly value: Scope;
  readonly label: string;
  /** Below this role a key can do nothing with the scope. */
  readonly minimum: Role;
}

const SCOPES: readonly ScopeOption[] = [
  { value: 'library:read', label: 'Read documents and collections', minimum: 'regular' },
  { value: 'library:write', label: 'Add, change and delete them', minimum: 'power' },
  { value: 'search:read', label: 'Search', minimum: 'guest' },
  { value: 'ask:run', label: 'Ask questions', minimum: 'regular' },
  { value: 'tasks:read', label: 'Watch work that goes on', minimum: 'regular' },
  { value: 'tasks:write', label: 'Cancel and retry it', minimum: 'power' },
  { value: 'organization:read', label: 'See the organization and its people', minimum: 'guest' },
  { value: 'audit:read', label: 'Read the audit trail', minimum: 'admin' },
];

/** What a key may be for in the hands of `role`. */
export function scopesFor(role: Role): readonly ScopeOption[] {
  return SCOPES.filter(({ minimum }) => isAtLeast(role, minimum));
}

export function isScope(value: string): value is Scope {
  return SCOPES.some((scope) => scope.value === value);
}

/** Days; empty: the key does not expire, which is for admins. */
const LIFETIMES: readonly { readonly value: string; readonly label: string }[] = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '366', label: 'A year' },
];

export function lifetimesFor(role: Role) {
  return role === 'admin' ? [...LIFETIMES, { value: '', label: 'It does not expire' }] : LIFETIMES;
}
