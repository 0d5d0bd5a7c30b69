import { hash } from 'node:crypto';
import type { Logger } from 'pino';
import { type Actor, instanceActor, publicActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { isAppError } from '../../../kernel/errors.ts';
import { type IssuerClaims, unverifiedIssuerOf, VerifiedTokens } from '../../../platform/auth/index.ts';
import type { UnitOfWork } from '../../../platform/db/index.ts';
import type { Outbound } from '../../../platform/outbound/port.ts';
import { type Admit, admitting } from './admission.ts';
import { signInFailure } from './federation.errors.ts';
import { showsSecondFactor } from './federation.policy.ts';
import type { ProviderRow } from './federation.tables.ts';
import { createIssuerVerifiers } from './issuer-verifiers.ts';
import { findProvider, listBearerProviders } from './providers.repository.ts';

/** A person whom an identity provider vouches for by a token of its own. What they may do is asked for each request. */
export interface Foreigner {
  readonly identityId: string;
  readonly providerId: string;
  /** What the token opens; the first is where it leads unless the request says otherwise. */
  readonly organizationIds: readonly [string, ...string[]];
  /** Shown at the provider, by the token's word. */
  readonly secondFactor: boolean;
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

/** Milliseconds that the list of issuers is believed. Whether one is still trusted is asked for each request besides. */
const LIST_LIFETIME = 5000;
interface Remembered {
  readonly foreigner: Foreigner;
  readonly version: number;
  readonly expiresAt: number;
}

export function createForeignTokens(dependencies: ForeignTokensDependencies): ForeignTokens {
  const { uow, clock, admit } = dependencies;
  const remembered = new VerifiedTokens<Remembered>();
  const arriving = new Map<string, Promise<Foreigner | undefined>>();
  const verifiers = createIssuerVerifiers(dependencies, (provider) => ({
    audience: provider.bearer_audience ?? [],
  }));
  let trusted: ReadonlyMap<string, ProviderRow> = new Map();
  let listedAt = Number.NEGATIVE_INFINITY;
  let listing: Promise<void> | undefined;

  return {
    read: async (token, request) => {
      const issuer = unverifiedIssuerOf(token);
      if (issuer === undefined) return undefined;
      await refreshList();
      const provider = trusted.get(issuer);
      if (!provider) return undefined;
      const claims = await (await verifiers.of(provider)).verify(token);
      if (!claims) return undefined;
      const { version } = provider;
      const known = remembered.get(token, Math.floor(clock().getTime() / 1000));
      if (known?.version === version) return known.foreigner;
      const foreigner = await arriveOnce(token, provider, claims, request);
      if (!foreigner) return undefined;
      remembered.add(token, { foreigner, version, expiresAt: claims.expiresAt });
      return foreigner;
    },
  };

  async function refreshList(): Promise<void> {
    if (clock().getTime() - listedAt < LIST_LIFETIME) return;
    listing ??= uow
      .read(instanceActor('federation.issuers'), listBearerProviders)
      .then((rows) => {
        trusted = new Map(rows.map((provider) => [provider.issuer, provider]));
        listedAt = clock().getTime();
      })
      .finally(() => {
        listing = undefined;
      });
    await listing;
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
    const [first, ...others] = outcome.organizationIds;
    if (first === undefined) throw signInFailure('federation.no_access');
    return {
      ...{ identityId: outcome.identity.id, providerId: provider.id, organizationIds: [first, ...others] },
      secondFactor: showsSecondFactor(provider, claims),
    };
  }
}
