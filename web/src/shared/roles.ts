import type { Organization } from '../../../client/index.ts';

export type Role = Organization['role'];

export const ROLES = ['admin', 'power', 'regular', 'guest'] as const satisfies readonly Role[];

const NAMES: Readonly<Record<Role, string>> = {
  admin: 'Administrator',
  power: 'Power user',
  regular: 'Member',
  guest: 'Guest',
};

const MEANINGS: Readonly<Record<Role, string>> = {
  admin: 'Everything, also people, settings and the audit trail',
  power: 'Reads everything; adds, changes and deletes documents',
  regular: 'Reads and asks; changes nothing',
  guest: 'Sees only what is shared with guests',
};

export function roleName(role: Role): string {
  return NAMES[role];
}

export function roleMeaning(role: Role): string {
  return MEANINGS[role];
}

/** For a select: every role with its name. */
export const ROLE_OPTIONS = ROLES.map((role) => ({ value: role, label: NAMES[role] }));

/** Whether `role` may do what is for `minimum` and up. */
export function isAtLeast(role: Role, minimum: Role): boolean {
  return ROLES.indexOf(role) <= ROLES.indexOf(minimum);
}

export function asRole(value: string): Role | undefined {
  return ROLES.find((role) => role === value);
}
