import type { Routes } from '../../../platform/http/index.ts';
import {
  createOperatedOrganizations,
  type OperatedOrganizationsDependencies,
} from './operators.organizations.ts';
import { type OperatorsRoutesOptions, operatorsRoutes } from './operators.routes.ts';
import {
  createOperatedUsers,
  type OperatedUsers,
  type OperatedUsersDependencies,
} from './operators.users.ts';

export interface OperatorsRoom {
  readonly users: OperatedUsers;
  readonly routes: Routes;
}

/** What whoever runs the instance may do with its people and organizations. */
export function operatorsRoom(
  dependencies: OperatedUsersDependencies &
    OperatedOrganizationsDependencies &
    Pick<OperatorsRoutesOptions, 'accounts'>,
): OperatorsRoom {
  const users = createOperatedUsers(dependencies);
  const organizations = createOperatedOrganizations(dependencies);
  return { users, routes: operatorsRoutes({ users, organizations, accounts: dependencies.accounts }) };
}
