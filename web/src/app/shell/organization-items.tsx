import { Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconBuilding, IconCheck, IconPlus } from '@tabler/icons-react';
import { useEnterOrganization, useMe } from '../../api/identity.ts';
import { useInstance } from '../../api/instance.ts';
import { messageOf } from '../../shared/error-state.tsx';

/** Goes on in another of one's organizations; tells where it was refused, because the menu has closed by then. */
export function useSwitchOrganization() {
  const enter = useEnterOrganization();
  return (organizationId: string) =>
    enter.mutate(organizationId, {
      onError: (error) => notifications.show({ message: messageOf(error), color: 'rubric' }),
    });
}

/** In a menu: the organizations of who belongs to several, and the way to another one. */
export function OrganizationItems(props: { onNew: () => void }) {
  const { organization, organizations, operator } = useMe();
  const instance = useInstance();
  const switchTo = useSwitchOrganization();
  const mayMake = operator || instance.data?.registration === true;
  if (organizations.length < 2 && !mayMake) return null;
  return (
    <>
      <Menu.Label>Work in</Menu.Label>
      {organizations.map(({ id, name }) => {
        const current = id === organization.id;
        return (
          <Menu.Item
            key={id}
            leftSection={current ? <IconCheck size={16} /> : <IconBuilding size={16} />}
            aria-current={current}
            {...(current ? {} : { onClick: () => switchTo(id) })}
          >
            {name}
          </Menu.Item>
        );
      })}
      {mayMake && (
        <Menu.Item leftSection={<IconPlus size={16} />} onClick={props.onNew}>
          New organization…
        </Menu.Item>
      )}
      <Menu.Divider />
    </>
  );
}
