import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { ApiKey } from '../../../client/index.ts';
import { useApiKeyActions, useApiKeys } from '../api/api-keys.ts';
import classes from './api-key-list.module.css';
import { Confirm } from './confirm.tsx';
import { formatAgo, formatDate } from './format.ts';
import { PagedRows } from './paged-rows.tsx';
import { roleName } from './roles.ts';
import { Row, RowAbout, Status, type Tone } from './rows.tsx';

const STATES: Readonly<Record<ApiKey['state'], readonly [words: string, tone: Tone]>> = {
  active: ['In use', 'good'],
  expired: ['Expired', 'warning'],
  revoked: ['Revoked', 'idle'],
};

/** One's own API keys in the organization, or for admins everybody's, each with a way to revoke it. */
export function ApiKeyList(props: { owner: 'me' | 'everybody'; empty: ReactNode }) {
  const keys = useApiKeys(props.owner);
  const [doomed, setDoomed] = useState<ApiKey | null>(null);
  return (
    <>
      <PagedRows query={keys} name="API keys" className={classes.columns} rowHeight={78} empty={props.empty}>
        {(key) => (
          <ApiKeyRow
            key={key.id}
            apiKey={key}
            withOwner={props.owner === 'everybody'}
            onRevoke={() => setDoomed(key)}
          />
        )}
      </PagedRows>
      <RevokeApiKey apiKey={doomed} onClose={() => setDoomed(null)} />
    </>
  );
}

function ApiKeyRow(props: { apiKey: ApiKey; withOwner: boolean; onRevoke: () => void }) {
  const { apiKey, withOwner } = props;
  const [words, tone] = STATES[apiKey.state];
  const about = [
    ...(withOwner ? [`of ${apiKey.owner.name}`] : []),
    `as ${roleName(apiKey.role).toLocaleLowerCase()}`,
    apiKey.lastUsedAt === null ? 'never used' : `last used ${formatAgo(apiKey.lastUsedAt, Date.now())}`,
    ...(apiKey.state === 'active' ? [endOf(apiKey)] : []),
  ].join(' · ');
  return (
    <Row data-api-key={apiKey.state}>
      <RowAbout title={apiKey.name} meta={about}>
        <div className={classes.scopes}>
          <code>{apiKey.prefix}…</code> {apiKey.scopes.join(', ')}
        </div>
      </RowAbout>
      <Status tone={tone}>{words}</Status>
      {apiKey.state === 'active' && (
        <Button
          size="compact-md"
          variant="default"
          aria-label={`Revoke ${apiKey.name}`}
          onClick={props.onRevoke}
        >
          Revoke
        </Button>
      )}
    </Row>
  );
}

function endOf(key: ApiKey): string {
  return key.expiresAt === null ? 'does not expire' : `until ${formatDate(key.expiresAt)}`;
}

function RevokeApiKey(props: { apiKey: ApiKey | null; onClose: () => void }) {
  const { revoke } = useApiKeyActions();
  const { apiKey, onClose } = props;
  const close = () => {
    revoke.reset();
    onClose();
  };
  return (
    <Confirm
      opened={apiKey !== null}
      title="Revoke this API key?"
      act="Revoke"
      pending={revoke.isPending}
      error={revoke.error}
      onConfirm={() => apiKey !== null && revoke.mutate(apiKey.id, { onSuccess: close })}
      onClose={close}
    >
      Programs that use “{apiKey?.name}” are refused from now on. A revoked key never works again.
    </Confirm>
  );
}
