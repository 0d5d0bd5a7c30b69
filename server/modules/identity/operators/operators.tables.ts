import type { Role } from '../../../kernel/actor.ts';

/** The columns that operators look at and change. */
export interface OperatorTables {
  users: {
    id: string;
    email: string;
    email_key: string;
    name: string;
    operator: boolean;
    disabled_at: string | null;
    created_at: string;
    updated_at: string;
  };
  organizations: {
    id: string;
    name: string;
    suspended_at: string | null;
    suspended_reason: string | null;
    created_at: string;
    updated_at: string;
  };
  memberships: { organization_id: string; user_id: string; role: Role; created_at: string };
}

export type OperatedUserRow = Omit<OperatorTables['users'], 'email_key'>;

export type OperatedOrganizationRow = OperatorTables['organizations'] & { readonly members: number };

/** Where one person belongs. */
export interface BelongingRow {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}
