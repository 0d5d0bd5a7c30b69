import {
  IconBooks,
  IconBuildingCommunity,
  IconHome,
  IconListCheck,
  IconMessageQuestion,
  type IconProps,
  IconSearch,
  IconServerCog,
} from '@tabler/icons-react';
import type { LinkProps } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { useMe } from '../../api/identity.ts';
import { isAtLeast, type Role } from '../../shared/roles.ts';

export interface Place {
  readonly to: NonNullable<LinkProps['to']>;
  readonly label: string;
  readonly icon: ComponentType<IconProps>;
  /** The role from which on it is there. */
  readonly minimum: Role;
}

const PLACES: readonly Place[] = [
  { to: '/', label: 'Home', icon: IconHome, minimum: 'guest' },
  { to: '/library', label: 'Library', icon: IconBooks, minimum: 'regular' },
  { to: '/search', label: 'Search', icon: IconSearch, minimum: 'guest' },
  { to: '/ask', label: 'Ask', icon: IconMessageQuestion, minimum: 'regular' },
  { to: '/tasks', label: 'Tasks', icon: IconListCheck, minimum: 'regular' },
];

export const ORGANIZATION: Place = {
  to: '/organization',
  label: 'Organization',
  icon: IconBuildingCommunity,
  minimum: 'guest',
};

/** For operators, whatever their role. */
export const OPERATOR: Place = { to: '/operator', label: 'Operator', icon: IconServerCog, minimum: 'guest' };

/** Those that the role of who is signed in opens. */
export function usePlaces(): readonly Place[] {
  const { role } = useMe().organization;
  return PLACES.filter(({ minimum }) => isAtLeast(role, minimum));
}

/** Whether `path` lies in a place that `role` does not open. */
export function isBeyond(path: string, role: Role): boolean {
  return PLACES.some(
    ({ to, minimum }) => !isAtLeast(role, minimum) && (path === to || path.startsWith(`${to}/`)),
  );
}
