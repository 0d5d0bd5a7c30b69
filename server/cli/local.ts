import type { AddressInfo } from 'node:net';
import { createScriptoriumClient, unwrap } from '../../client/index.ts';
import { type Application, compose } from '../app/compose.ts';
import { firstStart } from '../app/first-start.ts';
import { instanceActor } from '../kernel/actor.ts';
import type { Account } from '../modules/identity/index.ts';
import { addressOf, type Config } from '../platform/config/index.ts';
import { FolderInUseError } from '../platform/db/index.ts';
import { createLogger } from '../platform/logging/index.ts';
import { CommandError, wrongUse } from './command-error.ts';
import type { CommandContext } from './context.ts';
import { type ConnectionNeeds, type ConnectionOptions, openSession, type Session } from './session.ts';

/** Commands that no running server does for somebody. */
const DATABASE_COMMANDS: ReadonlySet<string> = new Set(['user', 'audit', 'migrate']);
const REQUEST_ID = 'command-line';
/** The link is used at once, by whoever could read everything anyway. */
const WAIVED = { waiveSecondFactor: true } as const;
/** Accounts that are looked through for one to act as; with more, `--email` says it. */
const MOST_ACCOUNTS = 100;

/**
 * The product in this process, asked over a loopback port that nobody else is told of, by the same requests as a server.
 * Whoever may read the data folder or the database's password is the instance's operator: they need no password to act
 * as a person, and the sign-in is recorded as one by link.
 */
export async function openLocalSession(
  context: CommandContext,
  options: ConnectionOptions,
  needs: ConnectionNeeds,
): Promise<Session> {
  if (options.token !== undefined) throw wrongUse('--token is for a running server: give --server too.');
  const app = await composeQuietly(context);
  try {
    await app.start({ work: needs.work });
    const { token, organization } = await actAs(context, app, options, needs);
    await app.http.listen({ host: '127.0.0.1', port: 0 });
    const baseUrl = `http://127.0.0.1:${(app.http.server.address() as AddressInfo).port}`;
    const client = createScriptoriumClient({ baseUrl });
    const signedIn = await unwrap(
      client.POST('/api/v1/auth/sign-in-link', { params: { query: { transport: 'body' } }, body: { token } }),
    );
    const session = await openSession(baseUrl, { signedIn }, organization);
    return {
      ...session,
      end: async () => {
        await session.end();
        await app.stop();
      },
    };
  } catch (error) {
    await app.stop();
    throw error;
  }
}

/** Composes the product for a command: its log says only what went wrong, unless LOG_LEVEL asks for more. */
export async function composeQuietly(context: CommandContext): Promise<Application> {
  const config = context.loadConfig();
  const logger = createLogger(context.environment.LOG_LEVEL ? config.logging.level : 'error');
  try {
    return await compose(config, { logger });
  } catch (error) {
    throw error instanceof FolderInUseError ? askTheServer(context, config, error) : error;
  }
}

function askTheServer(context: CommandContext, config: Config, error: FolderInUseError): CommandError {
  const [command] = context.args;
  const typed = context.args.map(quoted).join(' ');
  const ask = `scriptorium ${typed} --server ${addressOf(config)}`;
  const advice =
    command !== undefined && DATABASE_COMMANDS.has(command)
      ? 'Stop it for a moment, or move to PostgreSQL (DATABASE_URL), which several processes may share.'
      : `Ask that server instead:\n\n  ${command === 'keys' || command === 'operator' ? `ADMIN_SECRET_KEY=… ${ask}` : `${ask} --email you@example.org`}\n`;
  return new CommandError(`${error.message.split('. ')[0]}. ${advice}`);
}

/** For a POSIX shell. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

interface Acting {
  /** Of a sign-in link. */
  readonly token: string;
  /** Name or id; undefined: the person's only one. */
  readonly organization: string | undefined;
}

/** A link for the person who was named, or for the first admin of the organization that is meant. */
async function actAs(
  context: CommandContext,
  app: Application,
  options: ConnectionOptions,
  needs: ConnectionNeeds,
): Promise<Acting> {
  const { api } = app.modules.identity;
  const actor = instanceActor(REQUEST_ID);
  const email = options.email ?? context.environment.SCRIPTORIUM_EMAIL;
  if (email)
    return {
      token: (await api.createSignInLink(actor, email, WAIVED)).token,
      organization: options.organization,
    };
  const { items } = await api.listUsers(actor, { limit: MOST_ACCOUNTS });
  if (items.length === 0)
    return { token: await begin(context, app, needs), organization: options.organization };
  const accounts = await Promise.all(items.map((user) => api.findUser(actor, user.email)));
  const admin = adminOf(
    accounts.filter((account) => account !== undefined),
    options.organization,
  );
  return {
    token: (await api.createSignInLink(actor, admin.email, WAIVED)).token,
    organization: admin.organization,
  };
}

async function begin(context: CommandContext, app: Application, needs: ConnectionNeeds): Promise<string> {
  const embedded = app.platform.database.kind === 'embedded';
  const token = needs.begin && embedded ? await firstStart(app.modules) : null;
  if (token === null) {
    throw new CommandError(
      'There is nobody here yet. Make the first account: scriptorium user create you@example.org --organization "Your organization"',
    );
  }
  context.terminal.printError(
    'Made the first organization. To sign in to its console later: scriptorium user link admin@scriptorium.example',
  );
  return token;
}

function adminOf(
  accounts: readonly Account[],
  wanted: string | undefined,
): { readonly email: string; readonly organization: string } {
  const admins = accounts.flatMap(({ user, organizations }) =>
    organizations
      .filter(({ role }) => role === 'admin')
      .map(({ id, name }) => ({ email: user.email, organization: id, name })),
  );
  const meant = admins.filter(
    ({ organization, name }) =>
      wanted === undefined || organization === wanted || name.toLowerCase() === wanted.toLowerCase(),
  );
  const [first] = meant;
  const names = new Set(
    (first ? meant : admins).map(({ organization, name }) => `${name} (${organization})`),
  );
  if (first && names.size === 1) return first;
  const choice = [...names].join(', ');
  if (first) throw wrongUse(`Say which organization, with --organization: ${choice}.`);
  throw wrongUse(
    names.size === 0
      ? 'No organization has an admin to act as. Say who, with --email.'
      : `There is no organization “${wanted}” with an admin. There are: ${choice}.`,
  );
}
