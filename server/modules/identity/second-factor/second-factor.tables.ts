import type { IdentityTables } from '../identity.tables.ts';

export interface SecondFactorTables extends Pick<IdentityTables, 'users'> {
  second_factors: {
    user_id: string;
    /** Sealed. */
    secret: Uint8Array;
    /** Null while it is being set up. */
    confirmed_at: string | null;
    /** The newest time step that was accepted. */
    last_step: number;
    /** Wrong codes in a row. */
    failures: number;
    blocked_until: string | null;
    created_at: string;
    updated_at: string;
  };
  recovery_codes: {
    user_id: string;
    code_hash: Uint8Array;
    used_at: string | null;
    created_at: string;
  };
  sign_in_challenges: {
    token_hash: Uint8Array;
    user_id: string;
    method: 'password' | 'link' | 'sso';
    password_hash: string | null;
    /** The five of a sign-in by an identity provider: what its session will be. */
    provider_id: string | null;
    identity_id: string | null;
    provider_session: string | null;
    organization_ids: string[] | null;
    everything: boolean | null;
    expires_at: string;
    created_at: string;
  };
}

export type SecondFactorRow = Omit<SecondFactorTables['second_factors'], 'created_at' | 'updated_at'>;
export type ChallengeRow = Omit<SecondFactorTables['sign_in_challenges'], 'token_hash' | 'created_at'>;
