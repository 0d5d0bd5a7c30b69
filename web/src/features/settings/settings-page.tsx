import { Button, SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useMe, useSignOut } from '../../api/identity.ts';
import { PageHeader } from '../../shared/page-header.tsx';
import { roleName } from '../../shared/roles.ts';
import { TextLink } from '../../shared/text-link.tsx';
import classes from './settings-page.module.css';

const SCHEMES = ['auto', 'light', 'dark'] as const;

export function SettingsPage() {
  const { user, organization } = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const leave = () => signOut.mutate(undefined, { onSuccess: () => void navigate({ to: '/sign-in' }) });

  return (
    <div className={classes.page}>
      <PageHeader title="Settings" />
      <section className={classes.section} aria-labelledby="settings-account">
        <h2 id="settings-account">Account</h2>
        <dl className={classes.facts}>
          <dt>Name</dt>
          <dd>{user.name}</dd>
          <dt>E-mail</dt>
          <dd>{user.email}</dd>
          <dt>Organization</dt>
          <dd>{organization.name}</dd>
          <dt>Role</dt>
          <dd>{roleName(organization.role)}</dd>
        </dl>
        <p className={classes.more}>
          Name, password, second factor, devices and API keys are in{' '}
          <TextLink to="/profile">your account</TextLink>.
        </p>
        <Button variant="default" loading={signOut.isPending} onClick={leave}>
          Sign out
        </Button>
      </section>
      <section className={classes.section} aria-labelledby="settings-appearance">
        <h2 id="settings-appearance">Appearance</h2>
        <SegmentedControl
          aria-label="Appearance"
          data={[
            { value: 'auto', label: 'As the system' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
          value={colorScheme}
          onChange={(value) => setColorScheme(SCHEMES.find((scheme) => scheme === value) ?? 'auto')}
        />
      </section>
      <section className={classes.section} aria-labelledby="settings-programs">
        <h2 id="settings-programs">For programs</h2>
        <p>
          Everything here can also be done over HTTP. <a href="/docs">The reference of the API</a> describes
          every path.
        </p>
      </section>
    </div>
  );
}
