/** Rows as the database gives them: times are RFC 3339 with microseconds. */
export interface SigningKeyTables {
  signing_keys: {
    /** `kid` of its tokens. */
    id: string;
    /** A private JWK in a `SecretBox`; null once its last token has ended. */
    sealed_key: Uint8Array | null;
    active_from: string;
    retired_at: string | null;
    expires_at: string | null;
    created_at: string;
    updated_at: string;
  };
}

export type SigningKeyRow = SigningKeyTables['signing_keys'];
