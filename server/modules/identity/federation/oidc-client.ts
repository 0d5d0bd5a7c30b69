import * as oidc from 'openid-client';
import type { Clock } from '../../../kernel/clock.ts';
import { isAppError } from '../../../kernel/errors.ts';
import type { Outbound } from '../../../platform/outbound/port.ts';
import { type SignInFailure, signInFailure } from './federation.errors.ts';
import { type Claims, claimAt, showsSecondFactor } from './federation.policy.ts';
import type { ProviderRow } from './federation.tables.ts';
import type { ProviderSecrets } from './provider-secrets.ts';

/** Signatures that an ID token may have: asymmetric ones. With HS256 whoever knows the client secret could be anybody. */
export const SIGNATURE_ALGORITHMS: readonly string[] = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
/** How long a discovery document is believed. Milliseconds. */
const METADATA_LIFETIME = 600_000;
/** Seconds for one call to the provider. */
const TIMEOUT = 10;

/** What binds an answer to the request that it answers. Each is 256 random bits. */
export interface FlowSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** What a provider said at the end of a sign-in, wholly checked. */
export interface SignInAnswer {
  /** Of the ID token and, where it is silent, of the user info. */
  readonly claims: Claims;
  /** By the ID token alone. */
  readonly secondFactor: boolean;
  /** When it said so. Milliseconds since 1970. */
  readonly at: number;
  /** `sid`: the session at the provider. */
  readonly providerSession: string | null;
}

/**
 * The relying party of OpenID Connect (Core 1.0, code flow with PKCE S256), by openid-client; everything it fetches goes through the
 * outbound door. Methods throw `federation.provider_unavailable`, `refused_by_provider` and `answer_not_valid`.
 */
export interface OidcClient {
  newSecrets(): FlowSecrets;
  /** Where the browser goes to. */
  authorizationUrl(provider: ProviderRow, redirectUri: string, secrets: FlowSecrets): Promise<string>;
  /** Exchanges what the provider sent the browser back with. `callbackUrl`: `redirectUri` with the answer's parameters. */
  exchange(provider: ProviderRow, callbackUrl: URL, secrets: FlowSecrets): Promise<SignInAnswer>;
  /** Where a browser signs out of the provider as well; undefined where it offers no such place. */
  endSessionUrl(provider: ProviderRow, returnTo: string): Promise<string | undefined>;
}

export interface OidcClientDependencies {
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly secrets: ProviderSecrets;
}

interface Known {
  readonly version: number;
  readonly until: number;
  readonly config: Promise<oidc.Configuration>;
}

export function createOidcClient({ outbound, clock, secrets }: OidcClientDependencies): OidcClient {
  const known = new Map<string, Known>();
  const fetchOutside: oidc.CustomFetch = (url, { body, signal, ...init }) =>
    outbound.fetch(url, { ...init, body: body ?? null, signal: signal ?? null });

  /** The provider's metadata; one discovery at a time, and a failed one is not remembered. */
  function configurationOf(provider: ProviderRow): Promise<oidc.Configuration> {
    const now = clock().getTime();
    const present = known.get(provider.id);
    if (present && present.version === provider.version && present.until > now) return present.config;
    const config = discover(provider);
    const entry = { version: provider.version, until: now + METADATA_LIFETIME, config };
    known.set(provider.id, entry);
    config.catch(() => {
      if (known.get(provider.id) === entry) known.delete(provider.id);
    });
    return config;
  }

  async function discover(provider: ProviderRow): Promise<oidc.Configuration> {
    const { client_id: clientId } = provider;
    if (clientId === null) throw new Error('nobody signs in by this provider');
    const secret = secrets.openClient(provider);
    if (secret === undefined && provider.client_secret !== null)
      throw new Error('the client secret does not open: was SECRET_KEY changed?');
    const authentication = secret === undefined ? oidc.None() : undefined;
    const options = {
      [oidc.customFetch]: fetchOutside,
      timeout: TIMEOUT,
      // Whether plain http may be spoken is the door's decision, which lets operators allow it for a place.
      execute: provider.issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [],
    };
    const found = await oidc.discovery(new URL(provider.issuer), clientId, secret, authentication, options);
    const { supportsPKCE: _, ...metadata } = found.serverMetadata();
    // To the letter: the library forgives some well-known providers a different one.
    if (metadata.issuer !== provider.issuer) throw new Error(`the provider calls itself ${metadata.issuer}`);
    const offered = metadata.id_token_signing_alg_values_supported ?? ['RS256'];
    const config = new oidc.Configuration(
      {
        ...metadata,
        id_token_signing_alg_values_supported: offered.filter((alg) => SIGNATURE_ALGORITHMS.includes(alg)),
      },
      clientId,
      secret,
      authenticationFor(metadata, secret),
    );
    config[oidc.customFetch] = fetchOutside;
    config.timeout = TIMEOUT;
    for (const extension of options.execute) extension(config);
    oidc.enableNonRepudiationChecks(config);
    return config;
  }

  return {
    newSecrets: () => ({
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      codeVerifier: oidc.randomPKCECodeVerifier(),
    }),
    authorizationUrl: async (provider, redirectUri, { state, nonce, codeVerifier }) => {
      const config = await trying('federation.provider_unavailable', () => configurationOf(provider));
      const { second_factor_acr: acr } = provider;
      return oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: provider.scopes.join(' '),
        response_type: 'code',
        code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        state,
        nonce,
        // Asked for, not demanded: whoever has no second factor there may have one here.
        ...(acr.length > 0 ? { acr_values: acr.join(' ') } : {}),
      }).href;
    },
    exchange: async (provider, callbackUrl, { state, nonce, codeVerifier }) => {
      const config = await trying('federation.provider_unavailable', () => configurationOf(provider));
      const checks = { pkceCodeVerifier: codeVerifier, expectedState: state, expectedNonce: nonce };
      const tokens = await trying('federation.answer_not_valid', () =>
        oidc.authorizationCodeGrant(config, callbackUrl, { ...checks, idTokenExpected: true }),
      );
      const idToken = tokens.claims();
      if (!idToken) throw signInFailure('federation.answer_not_valid');
      const more = wantsUserInfo(provider, idToken, config)
        ? await trying('federation.answer_not_valid', () =>
            oidc.fetchUserInfo(config, tokens.access_token, idToken.sub),
          )
        : {};
      const { sid } = idToken;
      return {
        claims: { ...more, ...idToken },
        secondFactor: showsSecondFactor(provider, idToken),
        at: idToken.iat * 1000,
        providerSession: typeof sid === 'string' && sid.length <= 255 ? sid : null,
      };
    },
    endSessionUrl: async (provider, returnTo) => {
      const config = await trying('federation.provider_unavailable', () => configurationOf(provider));
      if (config.serverMetadata().end_session_endpoint === undefined) return undefined;
      return oidc.buildEndSessionUrl(config, { post_logout_redirect_uri: returnTo }).href;
    },
  };
}

/** RFC 6749, 2.3.1: Basic is what every server must know; in the body only where it says that it takes nothing else. */
function authenticationFor(metadata: oidc.ServerMetadata, secret: string | undefined): oidc.ClientAuth {
  if (secret === undefined) return oidc.None();
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  return methods.includes('client_secret_basic') || !methods.includes('client_secret_post')
    ? oidc.ClientSecretBasic(secret)
    : oidc.ClientSecretPost(secret);
}

/** Many providers put the address, and what roles come from, only there. */
function wantsUserInfo(provider: ProviderRow, idToken: Claims, config: oidc.Configuration): boolean {
  if (config.serverMetadata().userinfo_endpoint === undefined) return false;
  const wanted = [['email'], provider.organization_claim, provider.role_claim];
  return wanted.some((path) => path !== null && claimAt(idToken, path) === undefined);
}

/** Says what went wrong by whose fault it is: the provider's refusal, its absence, or an answer that does not hold. */
async function trying<T>(otherwise: SignInFailure, fn: () => Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (error) {
    throw signInFailure(failureOf(error) ?? otherwise, error);
  }
}

function failureOf(error: unknown): SignInFailure | undefined {
  if (error instanceof oidc.AuthorizationResponseError) return 'federation.refused_by_provider';
  if (error instanceof oidc.ResponseBodyError)
    return error.status >= 500 ? 'federation.provider_unavailable' : 'federation.refused_by_provider';
  const chain = [error, error instanceof Error ? error.cause : undefined];
  return chain.some(isAbsence) ? 'federation.provider_unavailable' : undefined;
}

/** The door's refusal, a time that ran out, or an answer that says itself that the server is at fault. */
function isAbsence(error: unknown): boolean {
  if (error instanceof Response) return error.status >= 500;
  if (isAppError(error)) return error.code.startsWith('outbound.');
  return error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');
}
