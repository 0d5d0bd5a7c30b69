import type { IdentityTables } from '../identity.tables.ts';

/** What a token that was sent by mail is good for. */
export type ProofPurpose = 'verify_email' | 'change_email' | 'reset_password';

export interface EmailTables extends Pick<IdentityTables, 'users'> {
  account_tokens: {
    user_id: string;
    purpose: ProofPurpose;
    token_hash: Uint8Array;
    /** Where it was sent. */
    email: string;
    email_key: string;
    expires_at: string;
    created_at: string;
  };
}

export type ProofRow = Omit<EmailTables['account_tokens'], 'token_hash' | 'created_at'>;
