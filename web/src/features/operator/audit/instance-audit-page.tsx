import { getRouteApi } from '@tanstack/react-router';
import { useInstanceUsers } from '../../../api/operator.ts';
import { itemsOf } from '../../../api/pages.ts';
import { PageHeader } from '../../../shared/page-header.tsx';
import { AuditTrail } from '../../audit/audit-trail.tsx';

const route = getRouteApi('/signed-in/operator/audit');

export function InstanceAuditPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const operators = useInstanceUsers({ state: 'operator' });
  return (
    <>
      <PageHeader
        title="Audit trail of the instance"
        lead="What operators and the server itself did. Organizations have trails of their own, which their administrators read."
      />
      <AuditTrail
        trail="instance"
        search={search}
        onSearch={(next) => void navigate({ search: next, replace: true })}
        people={itemsOf(operators.data)}
      />
    </>
  );
}
