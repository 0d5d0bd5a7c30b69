import type { Clock } from '../../../kernel/clock.ts';
import { hashOpaqueToken, newOpaqueToken } from '../../../platform/auth/index.ts';
import type { Tx } from '../../../platform/db/index.ts';
import { putProof } from './email.repository.ts';
import type { ProofPurpose } from './email.tables.ts';

const HOUR = 3_600_000;

/** Milliseconds that a proof is good for. */
const LIFETIME: Readonly<Record<ProofPurpose, number>> = {
  verify_email: 24 * HOUR,
  change_email: 24 * HOUR,
  reset_password: HOUR,
};

export interface NewProof {
  readonly userId: string;
  readonly purpose: ProofPurpose;
  /** Where it goes, and what it proves. */
  readonly email: string;
  readonly emailKey: string;
}

/** Makes a token that shows that somebody reads an address; only its hash is kept. It replaces an earlier one. */
export async function issueProof(tx: Tx, clock: Clock, proof: NewProof): Promise<string> {
  const token = newOpaqueToken();
  const now = clock();
  await putProof(tx, {
    user_id: proof.userId,
    purpose: proof.purpose,
    token_hash: hashOpaqueToken(token),
    email: proof.email,
    email_key: proof.emailKey,
    expires_at: new Date(now.getTime() + LIFETIME[proof.purpose]).toISOString(),
    at: now.toISOString(),
  });
  return token;
}
