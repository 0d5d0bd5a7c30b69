import { getRouteApi } from '@tanstack/react-router';
import { useMembers } from '../../../api/organization.ts';
import { itemsOf } from '../../../api/pages.ts';
import { TrailPage } from '../../audit/trail-page.tsx';

const route = getRouteApi('/signed-in/organization/audit');

export function AuditPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const members = useMembers();
  return (
    <TrailPage
      trail="organization"
      title="Audit trail"
      lead="Who did what here, newest first. Nobody can change or remove an event."
      search={search}
      onSearch={(next) => void navigate({ search: next, replace: true })}
      people={itemsOf(members.data)}
    />
  );
}
