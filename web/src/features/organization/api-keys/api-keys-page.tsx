import { IconKey } from '@tabler/icons-react';
import { ApiKeyList } from '../../../shared/api-key-list.tsx';
import { EmptyState } from '../../../shared/empty-state.tsx';
import { PageHeader } from '../../../shared/page-header.tsx';
import { TextLink } from '../../../shared/text-link.tsx';

export function ApiKeysPage() {
  return (
    <>
      <PageHeader
        title="API keys"
        lead="Every key that programs use in this organization. A key does what its person may do, within its scopes."
      />
      <ApiKeyList
        owner="everybody"
        empty={
          <EmptyState icon={<IconKey />} title="No program has a key">
            People make keys for themselves <TextLink to="/profile/api-keys">in their account</TextLink>; each
            one shows here, and you can revoke it.
          </EmptyState>
        }
      />
    </>
  );
}
