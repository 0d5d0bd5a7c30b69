import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { type ConnectedIdentity, ProblemError, type SignInProvider } from '../../../../../client/index.ts';
import { useConnectedIdentities, useIdentityActions } from '../../../api/account.ts';
import { useSignInProviders } from '../../../api/instance.ts';
import { Confirm } from '../../../shared/confirm.tsx';
import { ErrorState } from '../../../shared/error-state.tsx';
import { formatDate } from '../../../shared/format.ts';
import { Row, RowAbout, Rows } from '../../../shared/rows.tsx';
import { SettingsSection } from '../../../shared/settings-section.tsx';
import { Waiting } from '../../../shared/waiting.tsx';
import { ConnectDialog, RETURN_TO } from './connect-dialog.tsx';

/** Nothing where the installation knows no identity provider, and none is connected. */
export function ProvidersSection() {
  const identities = useConnectedIdentities();
  const providers = useSignInProviders();
  const [leaving, setLeaving] = useState<ConnectedIdentity | null>(null);
  const error = identities.error ?? providers.error;
  const connected = identities.data ?? [];
  const others = (providers.data ?? []).filter(
    ({ id }) => !connected.some(({ provider }) => provider.id === id),
  );
  const known = identities.data !== undefined && providers.data !== undefined;
  if (known && connected.length + others.length === 0) return null;
  return (
    <SettingsSection
      title="Identity providers"
      lead="Connect the account that you have elsewhere, and sign in with it."
    >
      {error !== null && <ErrorState error={error} />}
      {error === null && !known && <Waiting label="Loading the identity providers" rowHeight={62} />}
      {known && (
        <Rows label="Identity providers">
          {connected.map((identity) => (
            <ConnectedRow key={identity.id} identity={identity} onDisconnect={() => setLeaving(identity)} />
          ))}
          {others.map((provider) => (
            <OtherRow key={provider.id} provider={provider} />
          ))}
        </Rows>
      )}
      <Disconnect identity={leaving} onClose={() => setLeaving(null)} />
    </SettingsSection>
  );
}

function ConnectedRow(props: { identity: ConnectedIdentity; onDisconnect: () => void }) {
  const { provider, email, createdAt } = props.identity;
  const meta = [
    ...(email === null ? [] : [email]),
    `connected ${formatDate(createdAt)}`,
    ...(provider.enabled ? [] : ['switched off by the operators']),
  ].join(' · ');
  return (
    <Row>
      <RowAbout title={provider.label} meta={meta} />
      <Button
        size="compact-md"
        variant="default"
        aria-label={`Disconnect ${provider.label}`}
        onClick={props.onDisconnect}
      >
        Disconnect
      </Button>
    </Row>
  );
}

/** Refusals after which the password helps: the sign-in is some time ago, or was by another provider. */
const PASSWORD_HELPS = ['identity.recent_sign_in_required', 'identity.own_sign_in_required'];

function OtherRow(props: { provider: SignInProvider }) {
  const { id, label } = props.provider;
  const { connect } = useIdentityActions();
  const [asking, ask] = useDisclosure();
  const start = () =>
    connect.mutate(
      { provider: id, returnTo: RETURN_TO },
      {
        onError: (error) => {
          if (error instanceof ProblemError && PASSWORD_HELPS.includes(error.code)) ask.open();
        },
      },
    );
  return (
    <Row>
      <RowAbout title={label} meta="not connected" error={asking ? null : connect.error} />
      <Button
        size="compact-md"
        variant="default"
        aria-label={`Connect ${label}`}
        loading={connect.isPending}
        onClick={start}
      >
        Connect
      </Button>
      {asking && <ConnectDialog provider={props.provider} onClose={ask.close} />}
    </Row>
  );
}

function Disconnect(props: { identity: ConnectedIdentity | null; onClose: () => void }) {
  const { disconnect } = useIdentityActions();
  const { identity, onClose } = props;
  const close = () => {
    disconnect.reset();
    onClose();
  };
  return (
    <Confirm
      opened={identity !== null}
      title={`Disconnect ${identity?.provider.label}?`}
      act="Disconnect"
      pending={disconnect.isPending}
      error={disconnect.error}
      onConfirm={() => identity !== null && disconnect.mutate(identity.provider.id, { onSuccess: close })}
      onClose={close}
    >
      You cannot sign in with it any more, and what it has signed in on other devices ends.
    </Confirm>
  );
}
