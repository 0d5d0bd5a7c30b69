import type { Logger } from 'pino';
import { type Actor, instanceActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { IdSource } from '../../../kernel/ids.ts';
import type { Cache } from '../../../platform/cache/port.ts';
import type { Tx, UnitOfWork } from '../../../platform/db/index.ts';
import type { SignInLimits } from '../identity.limits.ts';
import { findAccount } from '../identity.repository.ts';
import type { Grant, OpenSession, Origin, Sessions } from '../identity.sessions.port.ts';
import type { Reauthenticate } from '../passwords/reauthentication.ts';
import type { Challenges } from '../second-factor/challenges.ts';
import { type Admit, admitting, type Vouched } from './admission.ts';
import { sessionGoesOn } from './federated-sessions.repository.ts';
import { providerNotFound, signInFailure } from './federation.errors.ts';
import { safeReturnTo } from './federation.policy.ts';
import type { ProviderRow } from './federation.tables.ts';
import { FLOW_SECONDS, type LoginFlow, type LoginFlows } from './login-flow.ts';
import type { OidcClient, SignInAnswer } from './oidc-client.ts';
import { findEnabledProvider } from './providers.repository.ts';
import type { ProviderAddresses } from './providers.schemas.ts';

/** What a browser is sent away with. */
export interface Departure {
  /** At the provider. */
  readonly url: string;
  /** For the cookie that binds the answer to this browser. */
  readonly sealedFlow: string;
}

export interface Arrival {
  /** A path of ours. */
  readonly returnTo: string;
  /**
   * Nobody is signed in yet where the person's own second factor is asked for, and the provider has seen none: what is answered
   * with it. Null where an account was only connected: its session goes on.
   */
  readonly outcome: { readonly grant: Grant } | { readonly challenge: string } | null;
}

/** Signing in by an identity provider, in a browser. Methods throw the failures of `federation.errors.ts`. */
export interface FederatedSignIn {
  /** Throws `federation.provider_not_found` besides. */
  start(actor: Actor, origin: Origin, slug: string, returnTo: string | undefined): Promise<Departure>;
  /**
   * The same for somebody who is signed in and connects the provider to their account: with their password, or within ten minutes after
   * the sign-in. Throws what re-authentication throws besides.
   */
  startLink(
    actor: Actor,
    origin: Origin,
    slug: string,
    link: { readonly returnTo?: string; readonly currentPassword?: string },
  ): Promise<Departure>;
  /** `query`: what the provider sent the browser back with, as it came, with its `?`. */
  finish(
    actor: Actor,
    origin: Origin,
    slug: string,
    answer: { readonly query: string; readonly sealedFlow: string | undefined },
  ): Promise<Arrival>;
}

/** Milliseconds. */
const RECENT = 600_000;

export interface FederatedSignInDependencies {
  readonly uow: UnitOfWork;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly sessions: Sessions;
  readonly limits: Pick<SignInLimits, 'signIn'>;
  readonly client: OidcClient;
  readonly flows: LoginFlows;
  readonly challenges: Pick<Challenges, 'create'>;
  readonly reauthenticate: Reauthenticate;
  readonly admit: Admit;
  readonly addresses: ProviderAddresses;
  readonly publicUrl: string;
}

export function createFederatedSignIn(dependencies: FederatedSignInDependencies): FederatedSignIn {
  const { uow, cache, clock, ids, logger, sessions, limits, client, flows, challenges, reauthenticate } =
    dependencies;
  const { admit, addresses } = dependencies;
  return {
    start: (actor, origin, slug, returnTo) => begin(actor, origin, slug, returnTo, null),
    startLink: async (actor, origin, slug, { returnTo, currentPassword: password }) => {
      const { userId, credentialId: sessionId } = actor;
      if (userId === null || sessionId === undefined) throw signInFailure('federation.session_ended');
      // What is connected stays a way in when this session is long over.
      const path = '/currentPassword';
      await reauthenticate(actor, origin, {
        password,
        path,
        passwordRequired: false,
        lasting: true,
        recent: RECENT,
      });
      return begin(actor, origin, slug, returnTo, { userId, sessionId });
    },
    finish,
  };

  async function begin(
    actor: Actor,
    origin: Origin,
    slug: string,
    returnTo: string | undefined,
    link: LoginFlow['link'],
  ): Promise<Departure> {
    await limits.signIn(origin.address);
    const provider = await providerOf(actor, slug);
    if (!provider || provider.client_id === null) throw providerNotFound();
    const secrets = client.newSecrets();
    const url = await client.authorizationUrl(provider, addresses.redirectUri(slug), secrets);
    const sealedFlow = flows.seal({
      ...secrets,
      id: ids(),
      providerId: provider.id,
      returnTo: safeReturnTo(returnTo, dependencies.publicUrl),
      link,
    });
    return { url, sealedFlow };
  }

  async function finish(
    actor: Actor,
    origin: Origin,
    slug: string,
    answer: { readonly query: string; readonly sealedFlow: string | undefined },
  ): Promise<Arrival> {
    await limits.signIn(origin.address);
    const flow = flows.open(answer.sealedFlow);
    if (!flow || !(await firstUse(flow.id))) throw signInFailure('federation.flow_ended');
    const provider = await providerOf(actor, slug);
    // Each provider has a callback of its own: an answer that came to another one is not the answer (RFC 9700, 4.4.2).
    if (provider?.id !== flow.providerId) throw signInFailure('federation.flow_ended');
    const callback = new URL(`${addresses.redirectUri(slug)}${answer.query}`);
    const said = await client.exchange(provider, callback, flow);
    const vouched: Vouched = { provider, claims: said.claims, at: said.at, complete: true };
    const { returnTo } = flow;
    if (flow.link) {
      await connect(actor, vouched, flow.link);
      return { returnTo, outcome: null };
    }
    const opened = await open(actor, origin, vouched, said);
    const outcome = 'challenge' in opened ? opened : { grant: await sessions.grant(opened.session) };
    return { returnTo, outcome };
  }

  async function open(
    actor: Actor,
    origin: Origin,
    vouched: Vouched,
    { providerSession, secondFactor }: SignInAnswer,
  ): Promise<{ readonly session: OpenSession } | { readonly challenge: string }> {
    const { provider } = vouched;
    const instance = instanceActor(actor.requestId);
    // Two transactions: where nothing is left to sign in to, what the provider has taken away stays taken away.
    const admission = await admitting(() => uow.write(instance, (tx) => admit(tx, actor, vouched)));
    if (!admission.ok) {
      const { code } = admission.error;
      logger.info(
        { provider: provider.slug, code, requestId: actor.requestId },
        'a provider’s sign-in was refused',
      );
      throw admission.error;
    }
    const { user, identity, organizationIds } = admission.value;
    return uow.write(instance, async (tx) => {
      const opened = { organizationIds, everything: provider.opens_everything };
      const said = { session: providerSession, secondFactor };
      const word = { id: provider.id, identityId: identity.id, ...said, ...opened };
      const opening = { method: 'sso', provider: word } as const;
      // Whoever has set up a second factor is asked for one, here if not there.
      const account = secondFactor ? undefined : await findAccount(tx, user.id);
      return account && account.second_factor_at !== null
        ? { challenge: await challenges.create(tx, account, opening) }
        : { session: await sessions.open(tx, actor, user, { ...opening, origin }) };
    });
  }

  async function connect(
    actor: Actor,
    vouched: Vouched,
    link: NonNullable<LoginFlow['link']>,
  ): Promise<void> {
    await uow.write(instanceActor(actor.requestId), async (tx) => {
      if (!(await stillSignedIn(tx, link))) throw signInFailure('federation.session_ended');
      const signedIn: Actor = {
        ...actor,
        ...{ kind: 'user', userId: link.userId, credentialId: link.sessionId },
      };
      const admission = await admit(tx, signedIn, vouched, link.userId);
      if (!admission.ok) throw admission.error;
    });
  }

  function stillSignedIn(tx: Tx, link: NonNullable<LoginFlow['link']>): Promise<boolean> {
    return sessionGoesOn(tx, link.sessionId, link.userId, clock().toISOString());
  }

  function providerOf(actor: Actor, slug: string): Promise<ProviderRow | undefined> {
    return uow.read(instanceActor(actor.requestId), (tx) => findEnabledProvider(tx, slug));
  }

  /** Without the cache people can still sign in: the provider takes each code only once. */
  async function firstUse(flowId: string): Promise<boolean> {
    try {
      return (await cache.increment(`federation:flow:${flowId}`, FLOW_SECONDS)) === 1;
    } catch (error) {
      logger.warn(
        { err: error },
        'the cache does not answer: whether a sign-in was used before is not checked',
      );
      return true;
    }
  }
}
