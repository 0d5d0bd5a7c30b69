import type { SecondFactorProof } from '../../../api/identity.ts';

export const PROOF_HINT = 'Six digits of your authenticator, or a recovery code';

/** Six digits are a code of the authenticator, anything else is a recovery code. */
export function proofOf(text: string): SecondFactorProof {
  const code = text.replaceAll(/\s/g, '');
  return /^\d{6}$/.test(code) ? { code } : { recoveryCode: text.trim() };
}

export function checkProof(text: string): string | null {
  const proof = proofOf(text);
  return 'code' in proof || proof.recoveryCode.length >= 16
    ? null
    : 'Enter six digits, or a whole recovery code';
}
