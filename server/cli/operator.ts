import { Argument, type Command } from 'commander';
import { type ScriptoriumClient, unwrap } from '../../client/index.ts';
import { FEATURE_NAMES, type Feature } from '../kernel/features.ts';
import { wrongUse } from './command-error.ts';
import type { CommandContext } from './context.ts';
import { type OperatorOptions, withOperator } from './operator.client.ts';
import { oneLine } from './terminal.ts';

interface Options extends OperatorOptions {
  readonly json?: boolean;
}

const WORDS = { on: true, off: false, default: null } as const;
type Word = keyof typeof WORDS;
const MODES = ['writes', 'everything', 'off'] as const;

const HELP = `
With --server (or SCRIPTORIUM_URL) a running server is asked, with the ADMIN_SECRET_KEY that it has. Without, the work is
done here: on DATABASE_URL beside running servers, which hear of it within seconds, or on DATA_DIR while no server holds it.

Examples:
  scriptorium operator overview
  scriptorium operator maintenance everything --message "Back at noon."
  scriptorium operator maintenance off
  scriptorium operator feature registration off
  scriptorium operator feature ask on --organization 0199c0de-0000-7000-8000-000000000001
  scriptorium operator suspend 0199c0de-0000-7000-8000-000000000001 --reason "Unpaid since March"`;

export function addOperator(program: Command, context: CommandContext): void {
  const operator = program
    .command('operator')
    .description('Run the instance: what is open, and for whom')
    .addHelpText('after', HELP);
  withOptions(operator.command('overview'))
    .description('Show how the instance is doing')
    .action((options: Options) => overview(context, options));
  withOptions(operator.command('maintenance'))
    .description('Close the instance for a while; without a word, show whether it is closed')
    .addArgument(new Argument('[word]', 'what is closed').choices(MODES))
    .option('--message <text>', 'what people are told')
    .action((word: (typeof MODES)[number] | undefined, options: Options & { readonly message?: string }) =>
      maintenance(context, word, options),
    );
  withOptions(operator.command('feature'))
    .description('Switch something on or off; without a name, show everything')
    .addArgument(new Argument('[name]').choices(FEATURE_NAMES))
    .addArgument(new Argument('[word]').choices(Object.keys(WORDS)))
    .option('--organization <id>', 'only there')
    .action((name: Feature | undefined, word: Word | undefined, options: FeatureOptions) =>
      feature(context, name, word, options),
    );
  withOptions(operator.command('organizations'))
    .description('List organizations, oldest first')
    .option('--search <text>', 'how the name, or its last word, begins')
    .action((options: Options & { readonly search?: string }) => organizations(context, options));
  withOptions(operator.command('suspend'))
    .description('Shut everybody out of an organization')
    .argument('<id>')
    .requiredOption('--reason <text>', 'its people are told')
    .action((id: string, options: Options & { readonly reason: string }) =>
      suspend(context, id, options, options.reason),
    );
  withOptions(operator.command('unsuspend'))
    .description('Open a suspended organization again')
    .argument('<id>')
    .action((id: string, options: Options) => suspend(context, id, options, undefined));
}

interface FeatureOptions extends Options {
  readonly organization?: string;
}

function withOptions(command: Command): Command {
  return command
    .option('--server <url>', 'ask a running server, as its operator; also SCRIPTORIUM_URL')
    .option('--json', 'the answer as JSON');
}

async function overview(context: CommandContext, options: Options): Promise<void> {
  await withOperator(context, options, async (client) => {
    const found = await unwrap(client.GET('/api/v1/operator/overview'));
    const { accounts, database, queue, storage } = found;
    const lines = [
      `Scriptorium ${found.version} on Node ${found.node}`,
      `database  ${database.kind} ${database.version}, ${megabytes(database.bytes)}`,
      `files     ${storage.complete ? '' : 'more than '}${storage.files}, ${megabytes(storage.bytes)}`,
      `people    ${accounts.users} (${accounts.disabledUsers} disabled, ${accounts.operators} operators), ${accounts.openSessions} sign-ins, ${accounts.activeApiKeys} API keys`,
      `organizations  ${accounts.organizations} (${accounts.suspendedOrganizations} suspended)`,
      `jobs      ${queue.waiting} waiting, ${queue.running} running, ${queue.failed} failed`,
    ];
    print(context, options, found, lines);
  });
}

async function maintenance(
  context: CommandContext,
  word: (typeof MODES)[number] | undefined,
  options: Options & { readonly message?: string },
): Promise<void> {
  const { message } = options;
  if (word !== undefined && word !== 'off' && message === undefined)
    throw wrongUse('Say what people are told: --message "Back at noon."');
  await withOperator(context, options, async (client) => {
    if (word === 'off') await unwrap(client.DELETE('/api/v1/operator/maintenance'));
    else if (word !== undefined && message !== undefined)
      await unwrap(client.PUT('/api/v1/operator/maintenance', { body: { mode: word, message } }));
    const found = await unwrap(client.GET('/api/v1/operator/maintenance'));
    const state = found.maintenance;
    print(context, options, found, [
      state ? `Closed (${state.mode}) since ${state.since}: ${oneLine(state.message)}` : 'Open.',
    ]);
  });
}

async function feature(
  context: CommandContext,
  name: Feature | undefined,
  word: Word | undefined,
  options: FeatureOptions,
): Promise<void> {
  if (name !== undefined && word === undefined) throw wrongUse('Say on, off or default.');
  await withOperator(context, options, async (client) => {
    if (name !== undefined && word !== undefined) await setFeature(client, name, WORDS[word], options);
    const found = await featuresOf(client, options);
    const lines = found.items.map(
      ({ feature: one, on, setting, description }) =>
        `${on ? 'on ' : 'off'}  ${one.padEnd(14)} ${description}${setting === null ? '' : ' (set by an operator)'}`,
    );
    print(context, options, found, lines);
  });
}

function featuresOf(client: ScriptoriumClient, { organization }: FeatureOptions) {
  return organization === undefined
    ? unwrap(client.GET('/api/v1/operator/features'))
    : unwrap(
        client.GET('/api/v1/operator/organizations/{id}/features', {
          params: { path: { id: organization } },
        }),
      );
}

async function setFeature(
  client: ScriptoriumClient,
  name: Feature,
  on: boolean | null,
  { organization }: FeatureOptions,
): Promise<void> {
  const body = { on };
  if (organization === undefined) {
    const path = { feature: name };
    await unwrap(client.PUT('/api/v1/operator/features/{feature}', { params: { path }, body }));
    return;
  }
  const path = { id: organization, feature: name };
  await unwrap(
    client.PUT('/api/v1/operator/organizations/{id}/features/{feature}', { params: { path }, body }),
  );
}

async function organizations(
  context: CommandContext,
  options: Options & { readonly search?: string },
): Promise<void> {
  await withOperator(context, options, async (client) => {
    const q = options.search;
    const query = { limit: 100, ...(q === undefined ? {} : { q }) };
    const found = await unwrap(client.GET('/api/v1/operator/organizations', { params: { query } }));
    const lines = found.items.map(
      ({ id, name, members, suspendedAt }) =>
        `${id}  ${oneLine(name)}, ${members} ${members === 1 ? 'member' : 'members'}${suspendedAt === null ? '' : ', suspended'}`,
    );
    if (found.nextCursor !== null) lines.push('There are more: narrow it down with --search.');
    print(context, options, found, lines);
  });
}

async function suspend(
  context: CommandContext,
  id: string,
  options: Options,
  reason: string | undefined,
): Promise<void> {
  await withOperator(context, options, async (client) => {
    const params = { path: { id } };
    const found =
      reason === undefined
        ? await unwrap(client.POST('/api/v1/operator/organizations/{id}/unsuspend', { params }))
        : await unwrap(
            client.POST('/api/v1/operator/organizations/{id}/suspend', { params, body: { reason } }),
          );
    print(context, options, found, [
      `${oneLine(found.name)} is ${found.suspendedAt === null ? 'open' : 'suspended'}.`,
    ]);
  });
}

function print(
  { terminal }: CommandContext,
  options: Options,
  found: unknown,
  lines: readonly string[],
): void {
  if (options.json) terminal.printJson(found);
  else for (const line of lines) terminal.print(line);
}

/** 10^6 bytes. */
function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
