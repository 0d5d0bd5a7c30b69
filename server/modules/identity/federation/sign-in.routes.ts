import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { createCookie, type Routes } from '../../../platform/http/index.ts';
import { Problem } from '../../../platform/http/schemas.ts';
import type { Grant } from '../identity.sessions.port.ts';
import { originOf } from '../identity.signed-in.routes.ts';
import { unknownFailure } from './federation.errors.ts';
import { createLandings, explanationOf } from './landing.routes.ts';
import type { OwnIdentities } from './own-identities.ts';
import {
  CallbackQuery,
  FailureParams,
  FailureView,
  IdentityList,
  LinkAnswer,
  LinkBody,
  ProviderParams,
  SignInProviders,
  SignOutAnswer,
  StartQuery,
} from './sign-in.schemas.ts';
import type { FederatedSignIn } from './sign-in.service.ts';

/** The sealed flow goes nowhere else, where a cookie may say so. */
const FLOW_PATH = '/api/v1/auth/oidc';
const FLOW_SECONDS = 600;

export interface SignInRoutesOptions {
  readonly signIn: FederatedSignIn;
  readonly identities: OwnIdentities;
  /** Puts the tokens of a session into cookies. */
  readonly setSessionCookies: (reply: FastifyReply, grant: Grant) => void;
  /** The server is reached by https. */
  readonly secureCookies: boolean;
  /** Where the console is, without a slash at the end. */
  readonly publicUrl: string;
}

const tags = ['auth'];
/** Nothing but a person in a browser of theirs: no API key. */
const own = { config: { access: { minimum: 'guest', scope: null } } } as const;

export function signInRoutes(options: SignInRoutesOptions): Routes {
  const { signIn, identities, setSessionCookies, secureCookies, publicUrl } = options;
  // Lax: the browser comes back by a link from another site, and this cookie must come with it.
  const flow = createCookie('scriptorium_oidc', FLOW_PATH, secureCookies);

  const { fromStart, fromCallback } = createLandings(publicUrl);

  return (http) => {
    http.get(
      '/auth/oidc/providers',
      {
        config: { access: { public: 'the sign-in page shows them' }, duringMaintenance: true },
        schema: { tags, summary: 'Identity providers to sign in by', response: { 200: SignInProviders } },
      },
      async (request) => identities.providers(request.actor),
    );
    http.get(
      '/auth/oidc/errors/:code',
      {
        config: { access: { public: 'the sign-in page explains what went wrong' }, duringMaintenance: true },
        schema: {
          tags,
          summary: 'What a failure of a sign-in means',
          params: FailureParams,
          response: { 200: FailureView },
        },
      },
      async (request) => {
        const { code } = request.params;
        const message = explanationOf(code);
        if (message === undefined) throw unknownFailure();
        return { code, message };
      },
    );
    http.get(
      '/auth/oidc/:provider/start',
      {
        config: { access: { public: 'this is how people sign in' }, duringMaintenance: true },
        errorHandler: fromStart,
        schema: {
          tags,
          summary: 'Send the browser to an identity provider',
          params: ProviderParams,
          querystring: StartQuery,
          response: { 303: Type.Null(), 404: Problem },
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        const { provider } = request.params;
        const origin = originOf(request);
        const going = await signIn.start(request.actor, origin, provider, request.query.returnTo);
        flow.set(reply, going.sealedFlow, FLOW_SECONDS);
        return reply.redirect(going.url, 303);
      },
    );
    http.get(
      '/auth/oidc/:provider/callback',
      {
        config: {
          access: { public: 'the identity provider sends the browser back here' },
          duringMaintenance: true,
        },
        errorHandler: fromCallback,
        schema: {
          tags,
          summary: 'End a sign-in by an identity provider',
          params: ProviderParams,
          querystring: CallbackQuery,
          response: { 303: Type.Null() },
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        const sealedFlow = flow.read(request);
        flow.clear(request, reply);
        const query = request.url.slice(request.url.indexOf('?'));
        const answer = { query: query.startsWith('?') ? query : '', sealedFlow };
        const arrived = await signIn.finish(
          request.actor,
          originOf(request),
          request.params.provider,
          answer,
        );
        const { outcome, returnTo } = arrived;
        if (outcome && 'challenge' in outcome)
          return reply.redirect(secondStep(publicUrl, returnTo, outcome.challenge), 303);
        if (outcome) setSessionCookies(reply, outcome.grant);
        return reply.redirect(`${publicUrl}${returnTo}`, 303);
      },
    );
    http.post(
      '/auth/oidc/:provider/link',
      {
        ...own,
        schema: {
          tags,
          summary: 'Connect an identity provider to one’s account',
          params: ProviderParams,
          body: LinkBody,
          response: { 200: LinkAnswer },
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        const { provider } = request.params;
        const origin = originOf(request);
        const going = await signIn.startLink(request.actor, origin, provider, request.body);
        flow.set(reply, going.sealedFlow, FLOW_SECONDS);
        return { url: going.url };
      },
    );
    http.delete(
      '/auth/oidc/:provider/link',
      {
        ...own,
        schema: {
          tags,
          summary: 'Disconnect an identity provider from one’s account',
          params: ProviderParams,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await identities.unlink(request.actor, request.params.provider);
        return reply.code(204).send(null);
      },
    );
    http.get(
      '/auth/identities',
      {
        ...own,
        schema: {
          tags,
          summary: 'Identity providers that are connected to one’s account',
          response: { 200: IdentityList },
        },
      },
      async (request) => identities.list(request.actor),
    );
    http.get(
      '/auth/oidc/sign-out',
      {
        ...own,
        schema: {
          tags,
          summary: 'Where to sign out of the identity provider as well, before signing out here',
          response: { 200: SignOutAnswer },
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        return { url: await identities.signOutUrl(request.actor) };
      },
    );
  };
}

/** The sign-in page, which asks for the second factor. Behind # the challenge reaches no server, log or other site. */
function secondStep(publicUrl: string, returnTo: string, challenge: string): string {
  const page = new URL(`${publicUrl}/sign-in`);
  if (returnTo !== '/') page.searchParams.set('next', returnTo);
  page.hash = new URLSearchParams({ challenge }).toString();
  return page.href;
}
