export { createTokenSigner } from './access-tokens.ts';
export { batching } from './batching.ts';
export { createCsrfProofs } from './csrf.ts';
export { type AuthKeys, deriveKeys } from './keys.ts';
export { hashOpaqueToken, newOpaqueToken } from './opaque-tokens.ts';
export { createPasswordHasher } from './passwords.ts';
export type {
  AccessClaims,
  Authenticator,
  Credentials,
  CsrfProofs,
  PasswordHasher,
  PresentedRefreshToken,
  RefreshFamily,
  RefreshTokens,
  TokenSigner,
} from './port.ts';
export { createRefreshTokens } from './refresh-tokens.ts';
export { createSecretBox, type SecretBox } from './secret-box.ts';
