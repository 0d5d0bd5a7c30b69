import type { SecretBox } from '../../../platform/auth/index.ts';
import type { ProviderRow } from './federation.tables.ts';

/** Seals and opens what providers share with us. Each value opens only in its own row and column. */
export interface ProviderSecrets {
  sealClient(providerId: string, secret: string): Uint8Array;
  /** Undefined where there is none, or where SECRET_KEY has changed since. */
  openClient(row: Pick<ProviderRow, 'id' | 'client_secret'>): string | undefined;
  sealWebhook(providerId: string, secrets: readonly string[]): Uint8Array;
  /** Empty where there are none, or where SECRET_KEY has changed since. */
  openWebhook(row: Pick<ProviderRow, 'id' | 'webhook_secrets'>): readonly string[];
}

export function createProviderSecrets(box: SecretBox): ProviderSecrets {
  const seal = (text: string, column: string, id: string) =>
    box.seal(Buffer.from(text), contextOf(column, id));
  const open = (sealed: Uint8Array | null, column: string, id: string) => {
    const plain = sealed === null ? undefined : box.open(sealed, contextOf(column, id));
    return plain === undefined ? undefined : Buffer.from(plain).toString('utf8');
  };
  return {
    sealClient: (id, secret) => seal(secret, 'client_secret', id),
    openClient: (row) => open(row.client_secret, 'client_secret', row.id),
    sealWebhook: (id, secrets) => seal(JSON.stringify(secrets), 'webhook_secrets', id),
    openWebhook: (row) => {
      const text = open(row.webhook_secrets, 'webhook_secrets', row.id);
      const list: unknown = text === undefined ? [] : JSON.parse(text);
      return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
    },
  };
}

function contextOf(column: string, id: string): string {
  return `identity_providers/${column}/${id}`;
}
