import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AppError, isAppError } from '../../../kernel/errors.ts';
import { toAppError } from '../../../platform/http/index.ts';
import { noOrganization, tooManyAttempts } from '../identity.errors.ts';
import { accountDisabled } from '../operators/operators.errors.ts';
import { isSignInFailure, SIGN_IN_FAILURES, ssoRequired } from './federation.errors.ts';

// A sign-in by an identity provider is seen by a person in a browser and not by a program: whatever ends it has to lead to a page.

/** What also ends a sign-in by a provider, though it is no failure of the provider's. */
const OTHERS = [accountDisabled, noOrganization, ssoRequired, () => tooManyAttempts(0)] as const;

/** The sentence for a code that a browser was sent to the sign-in page with; undefined for every other. */
export function explanationOf(code: string): string | undefined {
  if (isSignInFailure(code)) return SIGN_IN_FAILURES[code].message;
  return OTHERS.map((make) => make()).find((error) => error.code === code)?.safeMessage;
}

/** The code by which the sign-in page explains what was thrown. */
function codeOf(error: AppError): string {
  if (explanationOf(error.code) !== undefined) return error.code;
  return error.kind === 'rate_limited' ? tooManyAttempts(0).code : 'federation.sign_in_failed';
}

type Landing = (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/**
 * Error handlers of the two routes that browsers walk through. `publicUrl`: where the console is, without a slash at the end.
 * `fromCallback` takes everything, also what comes before the route's handler: nobody typed that address, and nobody could do
 * anything with a problem document there. `fromStart` takes what the page can explain, and throws the rest.
 */
export function createLandings(publicUrl: string): {
  readonly fromStart: Landing;
  readonly fromCallback: Landing;
} {
  const land = (reply: FastifyReply, code: string) => {
    const page = new URL(`${publicUrl}/sign-in`);
    page.searchParams.set('error', code);
    return reply.header('cache-control', 'no-store').redirect(page.href, 303);
  };
  return {
    fromStart: (thrown, _request, reply) => {
      if (!isAppError(thrown)) throw thrown;
      const code = codeOf(thrown);
      if (code === 'federation.sign_in_failed') throw thrown;
      return land(reply, code);
    },
    fromCallback: (thrown, request, reply) => {
      const error = toAppError(thrown);
      const code = codeOf(error);
      const failed = { err: thrown, requestId: request.id };
      if (code === 'federation.sign_in_failed' && error.kind === 'internal')
        request.log.error(failed, 'sign-in failed');
      else request.log.info(failed, 'sign-in refused');
      return land(reply, code);
    },
  };
}
