import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useMe } from '../../../api/identity.ts';
import { useFeatures } from '../../../api/organization.ts';
import { ApiKeyList } from '../../../shared/api-key-list.tsx';
import { EmptyState } from '../../../shared/empty-state.tsx';
import { PageHeader } from '../../../shared/page-header.tsx';
import { Refused } from '../../../shared/refused.tsx';
import { isAtLeast } from '../../../shared/roles.ts';
import { NewApiKeyDialog } from './new-api-key-dialog.tsx';

export function OwnApiKeysPage() {
  const { organization } = useMe();
  const features = useFeatures();
  const [making, make] = useDisclosure();
  if (!isAtLeast(organization.role, 'regular')) return <Refused who="Guests have no API keys." />;
  const off = features.data?.apiKeys === false;
  return (
    <>
      <PageHeader
        title="API keys"
        lead={
          off
            ? 'The operators of this installation have switched API keys off: none works now.'
            : `For programs that work for you in ${organization.name}. A key never may more than you.`
        }
        actions={
          !off && (
            <Button leftSection={<IconPlus size={18} />} onClick={make.open}>
              Make a key
            </Button>
          )
        }
      />
      <ApiKeyList
        owner="me"
        empty={
          <EmptyState icon={<IconKey />} title="You have no API keys">
            A key lets a program work for you: a nightly import, or a search box on another page.
          </EmptyState>
        }
      />
      {making && <NewApiKeyDialog onClose={make.close} />}
    </>
  );
}
