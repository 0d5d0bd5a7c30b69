import type { Role } from '../../../kernel/actor.ts';

/** Rows of migration 0012. Times are RFC 3339 with microseconds. */
export interface FederationTables {
  identity_providers: {
    id: string;
    slug: string;
    label: string;
    enabled: boolean;
    issuer: string;
    client_id: string | null;
    /** Sealed. */
    client_secret: Uint8Array | null;
    scopes: string[];
    bearer_audience: string | null;
    organization_claim: string[] | null;
    role_claim: string[] | null;
    roles: Record<string, Role>;
    default_role: Role | null;
    sync_roles: boolean;
    /** What its people belong to, and not only where it leads. */
    opens_everything: boolean;
    create_users: boolean;
    link_verified_email: boolean;
    trust_email: boolean;
    email_domains: string[];
    trust_second_factor: boolean;
    second_factor_acr: string[];
    webhook_format: WebhookFormat | null;
    /** A JSON list of secrets, sealed. */
    webhook_secrets: Uint8Array | null;
    version: number;
    created_at: string;
    updated_at: string;
  };
  identity_provider_organizations: {
    organization_id: string;
    provider_id: string;
    /** `''`: whatever the claim says. */
    claim_value: string;
  };
  federated_identities: {
    issuer: string;
    subject: string;
    id: string;
    user_id: string;
    provider_id: string;
    email: string | null;
    created_at: string;
    updated_at: string;
  };
  federated_sessions: {
    session_id: string;
    provider_id: string;
    /** Null once the account was disconnected from it. */
    identity_id: string | null;
    provider_session: string | null;
    second_factor: boolean;
    /** Those that this sign-in opened. */
    organization_ids: string[];
    /** The provider opened everything then. */
    everything: boolean;
  };
  provisioned_memberships: {
    organization_id: string;
    user_id: string;
    provider_id: string;
    created_at: string;
  };
  federated_subjects: {
    provider_id: string;
    subject: string;
    event_at: string;
    deleted_at: string | null;
  };
  federation_messages: { provider_id: string; message_id: string; received_at: string };
}

/** `standard`: Standard Webhooks, as Svix and Clerk send them. `auth0`: Auth0 Event Streams with a bearer token. */
export type WebhookFormat = 'standard' | 'auth0';

export type ProviderRow = FederationTables['identity_providers'];
export type IdentityRow = FederationTables['federated_identities'];

/** Where a provider leads: to an organization, for one value of the organization claim or for all of them (null). */
export interface Destination {
  readonly organizationId: string;
  readonly claimValue: string | null;
}
