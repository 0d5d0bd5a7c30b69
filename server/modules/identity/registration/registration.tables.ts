export interface RegistrationTables {
  pending_registrations: {
    token_hash: Uint8Array;
    email: string;
    email_key: string;
    name: string;
    organization_name: string;
    /** Argon2id in PHC form. */
    password_hash: string;
    expires_at: string;
    created_at: string;
  };
}

export type PendingRow = RegistrationTables['pending_registrations'];
