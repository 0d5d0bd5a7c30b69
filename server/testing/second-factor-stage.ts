import { Secret, TOTP } from 'otpauth';
import { type AccountClient, accountClient } from './account-client.ts';
import type { TestDatabase } from './database.ts';
import { identityStage } from './identity-stage.ts';
import type { Joined } from './identity-world.ts';

const PASSWORD = 'a password for tests';

export interface SecondFactorPerson extends Joined {
  readonly email: string;
  readonly token: string;
}

export interface Enrolled extends SecondFactorPerson {
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
}

/**
 * People with and without a second factor, and what they show when they sign in.
 * Call it where hooks may be registered.
 */
export function secondFactorStage(open: () => Promise<TestDatabase>) {
  const { now } = identityStage(open);
  let people = 0;
  const call: AccountClient = (...request) => accountClient(now().world)(...request);

  /** What an authenticator shows, so many seconds from now. */
  const codeOf = (secret: string, seconds = 0) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({
      timestamp: now().world.clock().getTime() + seconds * 1000,
    });
  async function join(): Promise<SecondFactorPerson> {
    people += 1;
    const email = `person${people}@example.org`;
    const joined = await now().world.join(email);
    return { ...joined, email, token: joined.program.accessToken };
  }
  async function enrol(): Promise<Enrolled> {
    const person = await join();
    const { token } = person;
    const { secret } = (await call('POST', 'second-factor', { token })).body;
    const confirmed = await call('POST', 'second-factor/confirm', {
      token,
      body: { code: codeOf(secret) },
    });
    // The code that confirmed is used up.
    now().world.pass(30);
    return { ...person, secret, recoveryCodes: confirmed.body.recoveryCodes };
  }
  const login = (email: string) => call('POST', 'login', { body: { email, password: PASSWORD } });
  const challengeFor = async (email: string): Promise<string> => (await login(email)).body.challenge;
  const answer = (challenge: string, shown: object) =>
    call('POST', 'login/second-factor?transport=body', { body: { challenge, ...shown } });

  return { now, password: PASSWORD, call, codeOf, join, enrol, login, challengeFor, answer };
}

export type SecondFactorStage = ReturnType<typeof secondFactorStage>;
