export {
  type AccessChange,
  type AccessChangeFeed,
  type AccessChanges,
  createAccessChanges,
} from './access-changes.ts';
export { createTokenSigner } from './access-tokens.ts';
export { isApiKey, looksLikeApiKey, type NewApiKey, newApiKey } from './api-key-format.ts';
export { batching } from './batching.ts';
export { createCsrfProofs } from './csrf.ts';
export type { IssuerAlgorithm } from './issuer-keys.ts';
export {
  createIssuerVerifier,
  type IssuerClaims,
  type IssuerVerifier,
  type IssuerVerifierOptions,
  unverifiedIssuerOf,
} from './issuer-verifier.ts';
export { createKeyRing } from './key-ring.ts';
export { type AuthKeys, deriveKeys } from './keys.ts';
export { hashOpaqueToken, newOpaqueToken } from './opaque-tokens.ts';
export { createPasswordHasher } from './passwords.ts';
export type {
  AccessClaims,
  Authenticator,
  Credentials,
  CsrfProofs,
  KeyRing,
  PasswordHasher,
  PresentedRefreshToken,
  PublicSigningKey,
  RefreshFamily,
  RefreshTokens,
  SigningKey,
  TokenSigner,
} from './port.ts';
export { createRefreshTokens } from './refresh-tokens.ts';
export { createSecretBox, type SecretBox } from './secret-box.ts';
export { createSecretCheck } from './secret-check.ts';
export { type NewSigningKey, newSigningKey, openSigningKey } from './signing-keys.ts';
export { VerifiedTokens } from './verified-tokens.ts';
