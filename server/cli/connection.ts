import type { Command } from 'commander';
import { createScriptoriumClient, ProblemError, type SignedIn, unwrap } from '../../client/index.ts';
import { wrongUse } from './command-error.ts';
import type { CommandContext } from './context.ts';
import { type ConnectionNeeds, type ConnectionOptions, openSession, type Session } from './session.ts';

export function withConnectionOptions(command: Command): Command {
  return command
    .option('--server <url>', 'ask a running server; also SCRIPTORIUM_URL')
    .option(
      '--token <token>',
      'access token or API key for that server; better SCRIPTORIUM_TOKEN or SCRIPTORIUM_API_KEY, which no process list shows',
    )
    .option(
      '--email <address>',
      'sign in as; the password is asked for, or SCRIPTORIUM_PASSWORD; also SCRIPTORIUM_EMAIL',
    )
    .option('--organization <name>', 'name or id of the organization, where there are several');
}

export const CONNECTION_HELP = `
With --server (or SCRIPTORIUM_URL) a running server is asked. Without, the work is done here, on DATABASE_URL or on
DATA_DIR while no server holds it.`;

/** Runs `use` in a session with a server, or with the product in this process, and ends both in order. */
export async function withSession(
  context: CommandContext,
  options: ConnectionOptions,
  needs: ConnectionNeeds,
  use: (session: Session) => Promise<void>,
): Promise<void> {
  const server = options.server ?? fromEnvironment(context, 'SCRIPTORIUM_URL');
  const session =
    server === undefined
      ? await (await import('./local.ts')).openLocalSession(context, options, needs)
      : await openRemoteSession(context, options, server);
  try {
    await use(session);
  } finally {
    await session.end();
  }
}

async function openRemoteSession(
  context: CommandContext,
  options: ConnectionOptions,
  server: string,
): Promise<Session> {
  const baseUrl = addressOf(server);
  const token =
    options.token ??
    fromEnvironment(context, 'SCRIPTORIUM_TOKEN') ??
    fromEnvironment(context, 'SCRIPTORIUM_API_KEY');
  if (token !== undefined && options.email !== undefined)
    throw wrongUse('Give --token or --email, not both.');
  const email =
    options.email ?? (token === undefined ? fromEnvironment(context, 'SCRIPTORIUM_EMAIL') : undefined);
  if (email !== undefined)
    return openSession(baseUrl, { signedIn: await signIn(context, baseUrl, email) }, options.organization);
  if (token === undefined)
    throw wrongUse('Say who you are: --email you@example.org, SCRIPTORIUM_TOKEN or SCRIPTORIUM_API_KEY.');
  return openSession(baseUrl, { token }, options.organization);
}

function addressOf(server: string): string {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw wrongUse(`--server must be an address such as http://127.0.0.1:3000, not “${server}”.`);
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

async function signIn(context: CommandContext, baseUrl: string, email: string): Promise<SignedIn> {
  if (!isPrivate(new URL(baseUrl)))
    context.terminal.printError(
      `${baseUrl} is not encrypted: others may read the password on its way. Use https.`,
    );
  const password =
    fromEnvironment(context, 'SCRIPTORIUM_PASSWORD') ??
    (await context.terminal.askSecret(
      `Password of ${email}: `,
      'Set SCRIPTORIUM_PASSWORD or SCRIPTORIUM_TOKEN.',
    ));
  const client = createScriptoriumClient({ baseUrl });
  const params = { query: { transport: 'body' } } as const;
  try {
    return await unwrap(client.POST('/api/v1/auth/login', { params, body: { email, password } }));
  } catch (error) {
    if (!(error instanceof ProblemError) || error.challenge === undefined) throw error;
    const body = { challenge: error.challenge, ...(await askSecondFactor(context)) };
    return unwrap(client.POST('/api/v1/auth/login/second-factor', { params, body }));
  }
}

async function askSecondFactor(
  context: CommandContext,
): Promise<{ code: string } | { recoveryCode: string }> {
  const given = await context.terminal.askSecret(
    'Code of your authenticator, or a recovery code: ',
    'Without one, use SCRIPTORIUM_API_KEY.',
  );
  const code = given.trim();
  return /^[0-9]{6}$/.test(code) ? { code } : { recoveryCode: code };
}

function isPrivate({ protocol, hostname }: URL): boolean {
  return (
    protocol === 'https:' || hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
  );
}

function fromEnvironment(context: CommandContext, name: string): string | undefined {
  return context.environment[name] || undefined;
}
