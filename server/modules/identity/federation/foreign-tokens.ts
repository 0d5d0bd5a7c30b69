import { hash } from 'node:crypto';
import type { Logger } from 'pino';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { type Actor, instanceActor, publicActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { AppError, isAppError } from '../../../kernel/errors.ts';
import {
  createIssuerVerifier,
  type IssuerAlgorithm,
  type IssuerClaims,
  type IssuerVerifier,
  unverifiedIssuerOf,
  VerifiedTokens,
} from '../../../platform/auth/index.ts';
import type { UnitOfWork } from '../../../platform/db/index.ts';
import type { Outbound } from '../../../platform/outbound/port.ts';
import { type Admit, admitting } from './admission.ts';
import { signInFailure } from './federation.errors.ts';
import type { ProviderRow } from './federation.tables.ts';
import { findProvider, listBearerProviders } from './providers.repository.ts';

/** A person whom an identity provider vouches for by a token of its own. What they may do is asked for each request. */
export interface Foreigner {
  readonly identityId: string;
  readonly providerId: string;
  /** Where the token leads unless the request says otherwise. */
  readonly organizationId: string;
}

/** Access tokens of issuers that operators trust, as bearer tokens. */
export interface ForeignTokens {
  /**
   * Undefined for a token of nobody whom we trust, and for one that is not wholly valid. Throws the refusals of admission
   * (`federation.…`), and `auth.issuer_unavailable` where the issuer's keys are needed and cannot be read.
   */
  read(
    token: string,
    request: { readonly requestId: string; readonly address: string },
  ): Promise<Foreigner | undefined>;
}

export interface ForeignTokensDependencies {
  readonly uow: UnitOfWork;
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  readonly admit: Admit;
}

const ALGORITHMS: readonly IssuerAlgorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];
/** Milliseconds that the list of issuers is believed. Whether one is still trusted is asked for each request besides. */
const LIST_LIFETIME = 5000;
/** Milliseconds between two questions to an issuer that does not say where its keys are. */
const ASK_AGAIN_AFTER = 10_000;

const Metadata = Type.Object({ issuer: Type.String(), jwks_uri: Type.String() });

interface Trusted {
  readonly provider: ProviderRow;
  /** Made at the first token, by asking the issuer where its keys are. */
  verifier: Promise<IssuerVerifier> | undefined;
  /** Milliseconds since 1970. */
  askedAt: number;
}

interface Remembered {
  readonly foreigner: Foreigner;
  readonly version: number;
  readonly expiresAt: number;
}

export function createForeignTokens(dependencies: ForeignTokensDependencies): ForeignTokens {
  const { uow, clock, admit } = dependencies;
  const remembered = new VerifiedTokens<Remembered>();
  const arriving = new Map<string, Promise<Foreigner | undefined>>();
  let trusted: ReadonlyMap<string, Trusted> = new Map();
  let listedAt = Number.NEGATIVE_INFINITY;
  let listing: Promise<void> | undefined;

  return {
    read: async (token, request) => {
      const issuer = unverifiedIssuerOf(token);
      if (issuer === undefined) return undefined;
      await refreshList();
      const place = trusted.get(issuer);
      if (!place) return undefined;
      const claims = await (await verifierOf(place)).verify(token);
      if (!claims) return undefined;
      const { version } = place.provider;
      const known = remembered.get(token, Math.floor(clock().getTime() / 1000));
      if (known?.version === version) return known.foreigner;
      const foreigner = await arriveOnce(token, place.provider, claims, request);
      if (!foreigner) return undefined;
      remembered.add(token, { foreigner, version, expiresAt: claims.expiresAt });
      return foreigner;
    },
  };

  /** Keeps what is known of providers that have not changed. */
  async function refreshList(): Promise<void> {
    if (clock().getTime() - listedAt < LIST_LIFETIME) return;
    listing ??= uow
      .read(instanceActor('federation.issuers'), listBearerProviders)
      .then((rows) => {
        trusted = new Map(
          rows.map((provider) => {
            const present = trusted.get(provider.issuer);
            const same =
              present?.provider.id === provider.id && present.provider.version === provider.version;
            return [
              provider.issuer,
              same ? present : { provider, verifier: undefined, askedAt: Number.NEGATIVE_INFINITY },
            ];
          }),
        );
        listedAt = clock().getTime();
      })
      .finally(() => {
        listing = undefined;
      });
    await listing;
  }

  function verifierOf(place: Trusted): Promise<IssuerVerifier> {
    if (place.verifier) return place.verifier;
    const now = clock().getTime();
    if (now - place.askedAt < ASK_AGAIN_AFTER) throw issuerUnavailable();
    place.askedAt = now;
    const verifier = discover(place.provider);
    place.verifier = verifier;
    verifier.catch(() => {
      place.verifier = undefined;
    });
    return verifier;
  }

  async function discover({ issuer, bearer_audience: audience }: ProviderRow): Promise<IssuerVerifier> {
    const { outbound, logger } = dependencies;
    try {
      const answer = await outbound.request(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
      const metadata: unknown = JSON.parse(Buffer.from(answer.body).toString('utf8'));
      if (answer.status !== 200 || !Value.Check(Metadata, metadata) || metadata.issuer !== issuer)
        throw new Error('this is not the discovery document of the issuer');
      return createIssuerVerifier({
        ...{ issuer, audience: audience ?? [], algorithms: ALGORITHMS },
        ...{ jwksUri: metadata.jwks_uri, outbound, clock, logger },
      });
    } catch (error) {
      logger.warn({ err: error, issuer }, 'an issuer of bearer tokens does not say where its keys are');
      throw issuerUnavailable();
    }
  }

  /** Requests that bring the same new token at once are admitted once. */
  function arriveOnce(
    token: string,
    provider: ProviderRow,
    claims: IssuerClaims,
    request: { readonly requestId: string; readonly address: string },
  ): Promise<Foreigner | undefined> {
    const key = hash('sha256', token, 'base64url');
    const present = arriving.get(key);
    if (present) return present;
    const arrival = arrive(provider, claims, publicActor(request.requestId, request.address)).finally(() =>
      arriving.delete(key),
    );
    arriving.set(key, arrival);
    return arrival;
  }

  /** Undefined where the provider was changed since the list was read: the next token finds it as it is. */
  async function arrive(
    provider: ProviderRow,
    { claims }: IssuerClaims,
    actor: Actor,
  ): Promise<Foreigner | undefined> {
    const at = typeof claims.iat === 'number' ? claims.iat * 1000 : 0;
    const outcome = await admitting(() =>
      uow.write(instanceActor(actor.requestId), async (tx) => {
        const current = await findProvider(tx, provider.id);
        if (!current?.enabled || current.version !== provider.version) return undefined;
        const admission = await admit(tx, actor, { provider, claims, at, complete: false });
        return admission.ok ? admission.value : admission.error;
      }),
    );
    if (isAppError(outcome)) throw outcome;
    if (!outcome) {
      listedAt = Number.NEGATIVE_INFINITY;
      return undefined;
    }
    const [organizationId] = outcome.organizationIds;
    if (organizationId === undefined) throw signInFailure('federation.no_access');
    return { identityId: outcome.identity.id, providerId: provider.id, organizationId };
  }
}

function issuerUnavailable(): AppError {
  return new AppError({
    kind: 'unavailable',
    code: 'auth.issuer_unavailable',
    safeMessage: 'The identity provider’s keys cannot be read at the moment. Try again soon.',
    retryable: true,
    retryAfterSeconds: ASK_AGAIN_AFTER / 1000,
  });
}
