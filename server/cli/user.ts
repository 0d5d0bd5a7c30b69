import { type Command, Option } from 'commander';
import type { Application } from '../app/compose.ts';
import { instanceActor, ROLES, type Role } from '../kernel/actor.ts';
import { isId } from '../kernel/ids.ts';
import type { UserView } from '../modules/identity/index.ts';
import { addressOf } from '../platform/config/index.ts';
import { CommandError, wrongUse } from './command-error.ts';
import type { CommandContext } from './context.ts';
import { withProduct } from './product.ts';
import { oneLine } from './terminal.ts';

interface CreateOptions {
  readonly name?: string;
  readonly role: Role;
  readonly organization?: string;
  readonly link?: boolean;
  readonly json?: boolean;
}

const ACTOR = instanceActor('command-line');
const PAGE = 100;
const HELP = `
These commands work on the database itself: on DATABASE_URL, or on DATA_DIR while no server holds it. Passwords are asked
for without showing them, or taken from SCRIPTORIUM_PASSWORD.

Examples:
  scriptorium user create ana@example.org --organization "Field office"
  scriptorium user create bo@example.org --organization "Field office" --role regular --link
  scriptorium user link admin@scriptorium.example
  scriptorium user operator ana@example.org --grant
  scriptorium user list --json`;

export function addUser(program: Command, context: CommandContext): void {
  const user = program
    .command('user')
    .description('Make people’s accounts and let them in')
    .addHelpText('after', HELP);
  user
    .command('create')
    .description('Make an account in an organization, which is made when its name is new')
    .argument('<email>')
    .option('--name <name>', 'how the person is called; default: from the address')
    .addOption(new Option('--role <role>', 'in the organization').choices(ROLES).default('admin'))
    .option('--organization <name>', 'name or id; default: the only one there is')
    .option('--link', 'no password: print a link to sign in by, valid for 24 hours')
    .option('--json', 'the account as JSON')
    .action((email: string, options: CreateOptions) => create(context, email, options));
  user
    .command('list')
    .description('List everybody, oldest account first')
    .option('--json', 'the accounts as JSON')
    .action((options: { readonly json?: boolean }) => list(context, options));
  user
    .command('set-password')
    .description('Give a new password, which ends all sign-ins of the person')
    .argument('<email>')
    .action((email: string) => setPassword(context, email));
  user
    .command('reset-second-factor')
    .description('Take the second factor away from somebody who has lost it')
    .argument('<email>')
    .action((email: string) => resetSecondFactor(context, email));
  user
    .command('link')
    .description('Print a link that signs the person in once, within 24 hours')
    .argument('<email>')
    .option('--json', 'the link as JSON')
    .action((email: string, options: { readonly json?: boolean }) => link(context, email, options));
  user
    .command('operator')
    .description('Say whether somebody may operate the instance')
    .argument('<email>')
    .addOption(new Option('--grant', 'from the next request on').conflicts('revoke'))
    .option('--revoke', 'from the next request on')
    .action((email: string, options: { readonly grant?: boolean; readonly revoke?: boolean }) =>
      markOperator(context, email, options),
    );
}

async function resetSecondFactor(context: CommandContext, email: string): Promise<void> {
  await withProduct(context, (app) => app.modules.identity.account.factors.reset(ACTOR, email));
  context.terminal.print(`${email} signs in without a second factor, and can set up another one.`);
}

async function create(context: CommandContext, email: string, options: CreateOptions): Promise<void> {
  const password = options.link ? null : await newPassword(context, email);
  await withProduct(context, async (app) => {
    const { api } = app.modules.identity;
    const organization = await organizationFor(app, options.organization);
    const name = options.name ?? email.split('@')[0] ?? email;
    const account = await api.createUser(ACTOR, { email, name, password, role: options.role, organization });
    const signIn = options.link ? linkOf(app, (await api.createSignInLink(ACTOR, email)).token) : undefined;
    if (options.json)
      return context.terminal.printJson({ ...account, ...(signIn === undefined ? {} : { link: signIn }) });
    const [joined] = account.organizations;
    context.terminal.print(`Made ${account.user.email}, ${options.role} of ${oneLine(joined?.name ?? '')}.`);
    if (signIn !== undefined) context.terminal.print(signIn);
  });
}

async function list(context: CommandContext, options: { readonly json?: boolean }): Promise<void> {
  await withProduct(context, async (app) => {
    const users = await everybody(app);
    if (options.json) return context.terminal.printJson({ users });
    for (const { email, name, createdAt } of users)
      context.terminal.print(`${createdAt.slice(0, 10)}  ${email}  ${oneLine(name)}`);
    if (users.length === 0) context.terminal.printError('There is nobody yet.');
  });
}

async function setPassword(context: CommandContext, email: string): Promise<void> {
  const password = await newPassword(context, email);
  await withProduct(context, (app) => app.modules.identity.api.setPassword(ACTOR, email, password));
  context.terminal.print(`${email} has a new password; all sign-ins have ended.`);
}

async function link(
  context: CommandContext,
  email: string,
  options: { readonly json?: boolean },
): Promise<void> {
  await withProduct(context, async (app) => {
    const { token, expiresAt } = await app.modules.identity.api.createSignInLink(ACTOR, email);
    const url = linkOf(app, token);
    if (options.json) context.terminal.printJson({ url, expiresAt });
    else context.terminal.print(url);
  });
}

async function markOperator(
  context: CommandContext,
  email: string,
  { grant = false, revoke = false }: { readonly grant?: boolean; readonly revoke?: boolean },
): Promise<void> {
  if (grant === revoke) throw wrongUse('Say --grant or --revoke.');
  await withProduct(context, async (app) => {
    const user = await app.modules.identity.operators.users.markOperator(ACTOR, email, grant);
    context.terminal.print(`${user.email} ${user.operator ? 'operates' : 'does not operate'} the instance.`);
  });
}

function linkOf(app: Application, token: string): string {
  return `${addressOf(app.platform.config)}/sign-in#token=${token}`;
}

async function newPassword(context: CommandContext, email: string): Promise<string> {
  const given = context.environment.SCRIPTORIUM_PASSWORD;
  if (given) return given;
  const instead = 'Set SCRIPTORIUM_PASSWORD, or use --link where the command knows it.';
  const password = await context.terminal.askSecret(`New password of ${email}: `, instead);
  const again = await context.terminal.askSecret('The same again: ', instead);
  if (password !== again) throw new CommandError('The two differ. Nothing was changed.');
  return password;
}

async function everybody(app: Application): Promise<readonly UserView[]> {
  const users: UserView[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await app.modules.identity.api.listUsers(ACTOR, { limit: PAGE, cursor });
    users.push(...page.items);
    if (page.nextCursor === null) return users;
    cursor = page.nextCursor;
  }
}

/** The organization that is meant: by id, by name, a new one by name, or the only one there is. */
async function organizationFor(
  app: Application,
  wanted: string | undefined,
): Promise<{ readonly id: string } | { readonly name: string }> {
  if (wanted !== undefined && isId(wanted)) return { id: wanted };
  const known = new Map<string, string>();
  for (const user of await everybody(app)) {
    const account = await app.modules.identity.api.findUser(ACTOR, user.email);
    for (const { id, name } of account?.organizations ?? []) known.set(id, name);
  }
  const matching = [...known].filter(
    ([, name]) => wanted === undefined || name.toLowerCase() === wanted.toLowerCase(),
  );
  const [only, ...others] = matching;
  if (only && others.length === 0) return { id: only[0] };
  if (only)
    throw wrongUse(
      `Say which organization, with --organization ID: ${matching.map(([id, name]) => `${name} (${id})`).join(', ')}.`,
    );
  if (wanted === undefined)
    throw wrongUse('There is no organization yet. Name one: --organization "Your organization".');
  return { name: wanted };
}
