import { Drawer } from '@mantine/core';
import { useInstanceUser } from '../../../api/operator.ts';
import { ErrorState } from '../../../shared/error-state.tsx';
import { Code, Facts } from '../../../shared/facts.tsx';
import { formatDate } from '../../../shared/format.ts';
import { roleName } from '../../../shared/roles.ts';
import { Waiting } from '../../../shared/waiting.tsx';
import classes from '../operator.module.css';
import { UserActs } from './user-acts.tsx';

/** One account as operators see it, and what they may do to it. */
export function UserDrawer(props: { id: string; onClose: () => void }) {
  const user = useInstanceUser(props.id);
  return (
    <Drawer opened onClose={props.onClose} position="right" size="lg" title={user.data?.name ?? 'Account'}>
      {user.isPending && <Waiting label="Loading the account" rowHeight={40} />}
      {user.isError && <ErrorState error={user.error} onRetry={() => void user.refetch()} />}
      {user.data !== undefined && (
        <>
          <Facts
            facts={[
              ['E-mail', user.data.email],
              ['Since', formatDate(user.data.createdAt)],
              ['Operator', user.data.operator ? 'Yes' : 'No'],
              ...(user.data.disabledAt === null
                ? []
                : [['Disabled', formatDate(user.data.disabledAt)] as const]),
              ['Id', <Code key="id">{user.data.id}</Code>],
            ]}
          />
          <h3 className={classes.subtitle}>Organizations</h3>
          {user.data.organizations.length === 0 ? (
            <p>None.</p>
          ) : (
            <ul className={classes.places}>
              {user.data.organizations.map(({ id, name, role }) => (
                <li key={id}>
                  {name}, {roleName(role).toLocaleLowerCase()}
                </li>
              ))}
            </ul>
          )}
          <h3 className={classes.subtitle}>What you can do</h3>
          <UserActs user={user.data} onDeleted={props.onClose} />
        </>
      )}
    </Drawer>
  );
}
