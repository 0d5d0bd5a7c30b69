import {
  createScriptoriumClient,
  type Me,
  type Organization,
  type ScriptoriumClient,
  type SignedIn,
  unwrap,
} from '../../client/index.ts';
import { wrongUse } from './command-error.ts';

/** The options of every command that asks the product something. */
export interface ConnectionOptions {
  readonly server?: string;
  readonly token?: string;
  readonly email?: string;
  readonly organization?: string;
}

export interface ConnectionNeeds {
  /** Takes part in the work while it waits, where the product runs in this process. */
  readonly work: boolean;
  /** Makes the first organization where the embedded database has none. */
  readonly begin: boolean;
}

/** The organization that one works in. */
export type Workplace = Pick<Organization, 'id' | 'name'>;

/** A signed-in conversation with a server. */
export interface Session {
  readonly client: ScriptoriumClient;
  readonly organization: Workplace;
  /** For what the typed client cannot say: uploads and event streams. `path` with `/api/v1`. */
  send(path: string, init?: RequestInit): Promise<Response>;
  /** Ends the sign-in, where there was one. */
  end(): Promise<void>;
}

/** Who asks: an access token or API key that was given, or what a sign-in gave (then it is renewed and ended here). */
export type Credentials = { readonly token: string } | { readonly signedIn: SignedIn };

/** Begins a session in the organization that was named, or in the only one there is. */
export async function openSession(
  baseUrl: string,
  credentials: Credentials,
  wanted: string | undefined,
): Promise<Session> {
  const tokens = 'token' in credentials ? fixed(credentials.token) : renewed(baseUrl, credentials.signedIn);
  const plain = clientOf(baseUrl, tokens);
  const organization =
    'token' in credentials && isApiKey(credentials.token)
      ? await organizationOfKey(plain, wanted)
      : choose(await unwrap(plain.GET('/api/v1/auth/me')), wanted, 'token' in credentials);
  const authorized = (request: Request) => authorize(request, tokens, organization.id);
  return {
    client: createScriptoriumClient({ baseUrl, fetch: async (request) => fetch(await authorized(request)) }),
    organization,
    send: async (path, init) => fetch(await authorized(new Request(new URL(path, baseUrl), init))),
    end: async () => {
      if ('token' in credentials) return;
      // The product has what it was sent; a sign-in that is not ended ends by itself.
      await plain
        .POST('/api/v1/auth/logout', { body: { refreshToken: await tokens.refreshToken() } })
        .catch(() => undefined);
    },
  };
}

interface Tokens {
  access(): Promise<string>;
  refreshToken(): Promise<string>;
}

function fixed(token: string): Tokens {
  return { access: async () => token, refreshToken: async () => '' };
}

/** Renews when half of the access token's life is over: an ingestion may take longer than one lives. */
function renewed(baseUrl: string, first: SignedIn): Tokens {
  const client = createScriptoriumClient({ baseUrl });
  let current = Promise.resolve(first);
  let renewAt = halfLife(first);
  const renew = async (before: SignedIn): Promise<SignedIn> =>
    unwrap(client.POST('/api/v1/auth/refresh', { body: { refreshToken: before.refreshToken ?? '' } }));
  return {
    access: async () => {
      if (Date.now() >= renewAt) {
        renewAt = Number.POSITIVE_INFINITY;
        current = current.then(renew);
        renewAt = halfLife(await current);
      }
      return (await current).accessToken;
    },
    refreshToken: async () => (await current).refreshToken ?? '',
  };
}

function halfLife(signedIn: SignedIn): number {
  return Date.now() + (signedIn.expiresIn * 1000) / 2;
}

function clientOf(baseUrl: string, tokens: Tokens): ScriptoriumClient {
  return createScriptoriumClient({
    baseUrl,
    fetch: async (request) => fetch(await authorize(request, tokens, undefined)),
  });
}

async function authorize(
  request: Request,
  tokens: Tokens,
  organizationId: string | undefined,
): Promise<Request> {
  request.headers.set('authorization', `Bearer ${await tokens.access()}`);
  if (organizationId !== undefined) request.headers.set('x-organization-id', organizationId);
  return request;
}

function isApiKey(token: string): boolean {
  return token.startsWith('sk_');
}

/** A key belongs to one organization, and does not know of others. */
async function organizationOfKey(client: ScriptoriumClient, wanted: string | undefined): Promise<Workplace> {
  const { organization } = await unwrap(client.GET('/api/v1/api-keys/current'));
  if (wanted === undefined || isCalled(organization, wanted)) return organization;
  throw wrongUse(`The API key belongs to ${namesOf([organization])}, not to “${wanted}”.`);
}

function isCalled({ id, name }: Workplace, wanted: string): boolean {
  return id === wanted || name.toLowerCase() === wanted.toLowerCase();
}

/** A token stands for an organization by itself; a person who belongs to several says which one. */
function choose(me: Me, wanted: string | undefined, byToken: boolean): Organization {
  const { organizations } = me;
  if (wanted === undefined) {
    if (byToken || organizations.length === 1) return me.organization;
    throw wrongUse(`Say which organization, with --organization: ${namesOf(organizations)}.`);
  }
  const matching = organizations.filter((organization) => isCalled(organization, wanted));
  const [only, ...others] = matching;
  if (only && others.length === 0) return only;
  const problem = only
    ? `More than one organization is called “${wanted}”; give its id`
    : `You belong to no organization “${wanted}”`;
  throw wrongUse(`${problem}. Yours: ${namesOf(organizations)}.`);
}

function namesOf(organizations: readonly Workplace[]): string {
  return organizations.map(({ id, name }) => `${name} (${id})`).join(', ');
}
