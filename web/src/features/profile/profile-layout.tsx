import { Outlet } from '@tanstack/react-router';
import { useMe } from '../../api/identity.ts';
import { isAtLeast } from '../../shared/roles.ts';
import { type Section, SectionNav } from '../../shared/section-nav.tsx';

const SECTIONS: readonly Section[] = [
  { to: '/profile', label: 'Account', exact: true },
  { to: '/profile/ways-in', label: 'Signing in' },
  { to: '/profile/second-factor', label: 'Second factor' },
  { to: '/profile/sessions', label: 'Devices' },
];
/** Guests have none. */
const API_KEYS: Section = { to: '/profile/api-keys', label: 'API keys' };

/** The pages about oneself. */
export function ProfileLayout() {
  const { organization } = useMe();
  const sections = isAtLeast(organization.role, 'regular') ? [...SECTIONS, API_KEYS] : SECTIONS;
  return (
    <>
      <SectionNav label="Your account" sections={sections} />
      <Outlet />
    </>
  );
}
