import { Switch } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconLogin2 } from '@tabler/icons-react';
import type { SingleSignOn } from '../../../../../client/index.ts';
import { useMe } from '../../../api/identity.ts';
import { useSingleSignOn, useSsoOnly } from '../../../api/organization.ts';
import { Confirm } from '../../../shared/confirm.tsx';
import { EmptyState } from '../../../shared/empty-state.tsx';
import { ErrorState } from '../../../shared/error-state.tsx';
import { FormError } from '../../../shared/form-error.tsx';
import { roleName } from '../../../shared/roles.ts';
import { Row, RowAbout, Rows, Status } from '../../../shared/rows.tsx';
import { SettingsSection } from '../../../shared/settings-section.tsx';
import { Waiting } from '../../../shared/waiting.tsx';
import classes from './access.module.css';

export function SingleSignOnSection() {
  const sso = useSingleSignOn();
  return (
    <SettingsSection
      title="Identity providers"
      lead="Accounts elsewhere that lead into this organization. The operator of this server sets them up."
    >
      <Providers sso={sso} />
    </SettingsSection>
  );
}

function Providers(props: { sso: ReturnType<typeof useSingleSignOn> }) {
  const { sso } = props;
  if (sso.isPending) return <Waiting label="Loading the identity providers" rowHeight={62} />;
  if (sso.isError) return <ErrorState error={sso.error} onRetry={() => void sso.refetch()} />;
  if (sso.data.providers.length === 0 && !sso.data.ssoOnly) {
    return (
      <EmptyState icon={<IconLogin2 />} title="No identity provider leads here">
        People sign in with their password. To let them in by Google, Microsoft or your own provider, ask the
        operator of this server.
      </EmptyState>
    );
  }
  return (
    <>
      <Rows label="Identity providers">
        {sso.data.providers.map((provider) => (
          <Row key={provider.id}>
            <RowAbout title={provider.label} meta={provider.issuer}>
              <div className={classes.terms}>{termsOf(provider)}</div>
            </RowAbout>
            <Status tone={provider.signsIn ? 'good' : 'idle'}>
              {provider.signsIn ? 'Signs people in' : 'For programs only'}
            </Status>
          </Row>
        ))}
      </Rows>
      <SsoOnly sso={sso.data} />
    </>
  );
}

function SsoOnly(props: { sso: SingleSignOn }) {
  const { organization } = useMe();
  const change = useSsoOnly();
  const [asking, ask] = useDisclosure();
  return (
    <div className={classes.only}>
      <Switch
        label="Only through these providers"
        description="Passwords open other organizations of the same people, but not this one. API keys go on."
        checked={props.sso.ssoOnly}
        disabled={change.isPending}
        onChange={(event) => (event.currentTarget.checked ? ask.open() : change.mutate(false))}
      />
      {!asking && <FormError error={change.error} />}
      <Confirm
        opened={asking}
        title="Let people in through these providers only?"
        act="Close the other ways"
        pending={change.isPending}
        error={change.error}
        onConfirm={() => change.mutate(true, { onSuccess: ask.close })}
        onClose={ask.close}
      >
        Whoever signed in to {organization.name} with a password is out at once. When the provider fails,
        nobody gets in until it works again or the operator of this server opens the other ways. You must have
        signed in by one of the providers yourself.
      </Confirm>
    </div>
  );
}

function termsOf(provider: SingleSignOn['providers'][number]): string {
  const { claimValues, defaultRole } = provider;
  return [
    claimValues.length === 0 ? 'everybody whom it knows' : `people of ${claimValues.join(', ')}`,
    defaultRole === null
      ? 'only who has a role there'
      : `as ${roleName(defaultRole).toLocaleLowerCase()} if it names no other role`,
    ...(provider.createUsers ? ['makes accounts'] : []),
    ...(provider.syncRoles ? ['roles follow it'] : []),
    ...(provider.acceptsBearer ? ['its tokens open the API'] : []),
  ].join(' · ');
}
