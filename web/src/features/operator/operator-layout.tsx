import { Outlet } from '@tanstack/react-router';
import { useMe } from '../../api/identity.ts';
import { Refused } from '../../shared/refused.tsx';
import { type Section, SectionNav } from '../../shared/section-nav.tsx';

const SECTIONS: readonly Section[] = [
  { to: '/operator', label: 'Overview', exact: true },
  { to: '/operator/organizations', label: 'Organizations' },
  { to: '/operator/users', label: 'Accounts' },
  { to: '/operator/identity-providers', label: 'Identity providers' },
  { to: '/operator/mail', label: 'Mail' },
  { to: '/operator/switches', label: 'Switches' },
  { to: '/operator/audit', label: 'Audit trail' },
  { to: '/operator/signing-keys', label: 'Signing keys' },
];

/** The pages about the whole instance. */
export function OperatorLayout() {
  const { operator } = useMe();
  if (!operator) return <Refused who="The operators of this server see it." />;
  return (
    <>
      <SectionNav label="Operator" sections={SECTIONS} />
      <Outlet />
    </>
  );
}
