import { Button, UnstyledButton } from '@mantine/core';
import { IconLogin2, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { IdentityProvider } from '../../../../../client/index.ts';
import { useIdentityProviders } from '../../../api/identity-providers.ts';
import { itemsOf } from '../../../api/pages.ts';
import { EmptyState } from '../../../shared/empty-state.tsx';
import { plural } from '../../../shared/format.ts';
import { PageHeader } from '../../../shared/page-header.tsx';
import { PagedRows } from '../../../shared/paged-rows.tsx';
import { Row, RowAbout, Status } from '../../../shared/rows.tsx';
import classes from '../operator.module.css';
import { ProviderDrawer } from './provider-drawer.tsx';

export function ProvidersPage() {
  const providers = useIdentityProviders();
  const [open, setOpen] = useState<string | null>(null);
  const add = () => setOpen('new');
  const chosen = itemsOf(providers.data).find(({ id }) => id === open);
  return (
    <>
      <PageHeader
        title="Identity providers"
        lead="Accounts elsewhere by which people sign in here, and whose tokens open the API."
        actions={
          <Button leftSection={<IconPlus size={18} />} onClick={add}>
            Add a provider
          </Button>
        }
      />
      <PagedRows
        query={providers}
        name="identity providers"
        className={classes.columns}
        empty={
          <EmptyState
            icon={<IconLogin2 />}
            title="People sign in with passwords only"
            action={
              <Button variant="light" onClick={add}>
                Add a provider
              </Button>
            }
          >
            Let them in by Auth0, Clerk, Google, Microsoft, Keycloak or any other provider of OpenID Connect.
          </EmptyState>
        }
      >
        {(provider) => (
          <ProviderRow key={provider.id} provider={provider} onOpen={() => setOpen(provider.id)} />
        )}
      </PagedRows>
      {(open === 'new' || chosen !== undefined) && (
        <ProviderDrawer
          key={open}
          provider={chosen}
          onCreated={(made) => setOpen(made.id)}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}

function ProviderRow(props: { provider: IdentityProvider; onOpen: () => void }) {
  const { provider } = props;
  const meta = [
    provider.issuer,
    `leads to ${plural(provider.organizations.length, 'organization')}`,
    ...(provider.clientId === null ? ['for programs only'] : []),
  ].join(' · ');
  return (
    <Row data-provider={provider.slug}>
      <RowAbout
        title={
          <UnstyledButton className={classes.open} onClick={props.onOpen} aria-haspopup="dialog">
            {provider.label}
          </UnstyledButton>
        }
        meta={meta}
      />
      <Status tone={provider.enabled ? 'good' : 'idle'}>{provider.enabled ? 'On' : 'Off'}</Status>
    </Row>
  );
}
