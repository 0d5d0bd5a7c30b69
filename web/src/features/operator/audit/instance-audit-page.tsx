import { getRouteApi } from '@tanstack/react-router';
import { useInstanceUsers } from '../../../api/operator.ts';
import { itemsOf } from '../../../api/pages.ts';
import { TrailPage } from '../../audit/trail-page.tsx';

const route = getRouteApi('/signed-in/operator/audit');

export function InstanceAuditPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const operators = useInstanceUsers({ state: 'operator' });
  return (
    <TrailPage
      trail="instance"
      title="Audit trail of the instance"
      lead="What operators and the server itself did, and what happened to accounts. Organizations have trails of their own, which their administrators read."
      search={search}
      onSearch={(next) => void navigate({ search: next, replace: true })}
      people={itemsOf(operators.data)}
    />
  );
}
