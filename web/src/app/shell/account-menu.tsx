import { Menu, UnstyledButton, useMantineColorScheme, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconBuildingCommunity,
  IconDeviceDesktop,
  IconLogout,
  IconMoon,
  IconSelector,
  IconServerCog,
  IconSettings,
  IconSun,
  IconUserCircle,
} from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMe, useSignOut } from '../../api/identity.ts';
import { NewOrganizationDialog } from './new-organization-dialog.tsx';
import { OrganizationItems } from './organization-items.tsx';
import classes from './shell.module.css';

/** Who is signed in, how the console looks, and the way out. */
export function AccountMenu(props: { className?: string | undefined; compact?: boolean }) {
  const { user, organization, operator } = useMe();
  const { setColorScheme, colorScheme } = useMantineColorScheme();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const [opened, making] = useDisclosure();
  const leave = () => signOut.mutate(undefined, { onSuccess: () => void navigate({ to: '/sign-in' }) });

  return (
    <>
      <Menu width={240} position={props.compact ? 'bottom-end' : 'top-start'} shadow="md">
        <Menu.Target>
          <UnstyledButton className={props.className}>
            <span className={classes.avatar} aria-hidden>
              {initials(user.name)}
            </span>
            {props.compact ? (
              <VisuallyHidden>Account of {user.name}</VisuallyHidden>
            ) : (
              <>
                <span className={classes.who}>
                  <span>
                    <VisuallyHidden>Account of </VisuallyHidden>
                    {user.name}
                  </span>
                  <span className={classes.organization}>{organization.name}</span>
                </span>
                <IconSelector size={16} aria-hidden />
              </>
            )}
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown className={classes.menu}>
          <OrganizationItems onNew={making.open} />
          <Menu.Label>Appearance</Menu.Label>
          <Menu.Item
            leftSection={<IconDeviceDesktop size={16} />}
            onClick={() => setColorScheme('auto')}
            aria-current={colorScheme === 'auto'}
          >
            As the system
          </Menu.Item>
          <Menu.Item
            leftSection={<IconSun size={16} />}
            onClick={() => setColorScheme('light')}
            aria-current={colorScheme === 'light'}
          >
            Light
          </Menu.Item>
          <Menu.Item
            leftSection={<IconMoon size={16} />}
            onClick={() => setColorScheme('dark')}
            aria-current={colorScheme === 'dark'}
          >
            Dark
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item component={Link} to="/profile" leftSection={<IconUserCircle size={16} />}>
            Your account
          </Menu.Item>
          <Menu.Item component={Link} to="/organization" leftSection={<IconBuildingCommunity size={16} />}>
            Organization
          </Menu.Item>
          {operator && (
            <Menu.Item component={Link} to="/operator" leftSection={<IconServerCog size={16} />}>
              Operator
            </Menu.Item>
          )}
          <Menu.Item component={Link} to="/settings" leftSection={<IconSettings size={16} />}>
            Settings
          </Menu.Item>
          <Menu.Item leftSection={<IconLogout size={16} />} onClick={leave}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {opened && <NewOrganizationDialog onClose={making.close} />}
    </>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = [...(words[0] ?? '')][0] ?? '?';
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : '';
  return `${first}${last}`.toLocaleUpperCase();
}
