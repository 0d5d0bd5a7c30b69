import { readFile } from 'node:fs/promises';
import { Argument, type Command } from 'commander';
import { type ScriptoriumClient, unwrap } from '../../client/index.ts';
import type { ProviderBody, ProviderPatch } from '../modules/identity/index.ts';
import { wrongUse } from './command-error.ts';
import type { CommandContext } from './context.ts';
import { type OperatorOptions, withOperator } from './operator.client.ts';
import { oneLine } from './terminal.ts';

interface Options extends OperatorOptions {
  readonly json?: boolean;
}

interface FileOptions extends Options {
  readonly from: string;
}

const PAGE = 100;
const HELP = `
A provider is described in a JSON file: docs/sign-in/README.md. What the file leaves out stays as it is.
With --server (or SCRIPTORIUM_URL) a running server is asked, with the ADMIN_SECRET_KEY that it has.

Examples:
  scriptorium sso add --from acme.json
  scriptorium sso list
  scriptorium sso change acme --from acme.json
  scriptorium sso remove acme
  scriptorium sso only 0199c0de-0000-7000-8000-000000000001 off`;

export function addSso(program: Command, context: CommandContext): void {
  const sso = program
    .command('sso')
    .description('Identity providers that people may sign in by')
    .addHelpText('after', HELP);
  withOptions(sso.command('list'))
    .description('List the identity providers, oldest first')
    .action((options: Options) => list(context, options));
  withOptions(sso.command('add'))
    .description('Trust an identity provider')
    .requiredOption('--from <file>', 'its settings, as JSON')
    .action((options: FileOptions) => add(context, options));
  withOptions(sso.command('change'))
    .description('Change an identity provider')
    .argument('<slug>')
    .requiredOption('--from <file>', 'the settings that change, as JSON')
    .action((slug: string, options: FileOptions) => change(context, slug, options));
  withOptions(sso.command('remove'))
    .description('Trust an identity provider no more: its sign-ins end, accounts stay')
    .argument('<slug>')
    .action((slug: string, options: Options) => remove(context, slug, options));
  withOptions(sso.command('only'))
    .description('Let the members of an organization in through its identity providers only, or in every way')
    .argument('<organization>', 'its id')
    .addArgument(new Argument('<word>').choices(['on', 'off']))
    .action((id: string, word: 'on' | 'off', options: Options) => only(context, id, word, options));
}

function withOptions(command: Command): Command {
  return command
    .option('--server <url>', 'ask a running server, as its operator; also SCRIPTORIUM_URL')
    .option('--json', 'the answer as JSON');
}

async function list(context: CommandContext, options: Options): Promise<void> {
  await withOperator(context, options, async (client) => {
    const providers = await everyProvider(client);
    if (options.json) return context.terminal.printJson({ providers });
    for (const { slug, label, issuer, enabled } of providers)
      context.terminal.print(`${slug}  ${oneLine(label)}  ${issuer}${enabled ? '' : '  (off)'}`);
    if (providers.length === 0) context.terminal.printError('There is no identity provider.');
  });
}

async function add(context: CommandContext, options: FileOptions): Promise<void> {
  const body = (await settingsIn(options.from)) as ProviderBody;
  await withOperator(context, options, async (client) => {
    const made = await unwrap(client.POST('/api/v1/operator/identity-providers', { body }));
    if (options.json) return context.terminal.printJson(made);
    const { print, printError } = context.terminal;
    print(`Added ${made.slug}. Register these addresses with the provider:`);
    print(`  redirect (callback):     ${made.redirectUri}`);
    print(`  after signing out there: ${made.postLogoutRedirectUri}`);
    print(`  back-channel logout:     ${made.backchannelLogoutUrl}`);
    if (made.webhookFormat !== null) print(`  webhooks:                ${made.webhookUrl}`);
    if (made.organizations.length === 0 && !made.opensEverything)
      printError('It leads to no organization, so nobody gets in by it yet. See: scriptorium sso change');
  });
}

async function change(context: CommandContext, slug: string, options: FileOptions): Promise<void> {
  const body = (await settingsIn(options.from)) as ProviderPatch;
  await withOperator(context, options, async (client) => {
    const { id, version } = await providerOf(client, slug);
    const changed = await unwrap(
      client.PATCH('/api/v1/operator/identity-providers/{id}', {
        params: { path: { id } },
        headers: { 'If-Match': `"${version}"` },
        body,
      }),
    );
    if (options.json) return context.terminal.printJson(changed);
    context.terminal.print(`Changed ${changed.slug}; it is at version ${changed.version}.`);
  });
}

async function remove(context: CommandContext, slug: string, options: Options): Promise<void> {
  await withOperator(context, options, async (client) => {
    const { id } = await providerOf(client, slug);
    await unwrap(client.DELETE('/api/v1/operator/identity-providers/{id}', { params: { path: { id } } }));
    if (options.json) return context.terminal.printJson({ id });
    context.terminal.print(`Removed ${slug}. Everybody who came through it is signed out.`);
  });
}

async function only(
  context: CommandContext,
  id: string,
  word: 'on' | 'off',
  options: Options,
): Promise<void> {
  await withOperator(context, options, async (client) => {
    const state = await unwrap(
      client.PATCH('/api/v1/operator/organizations/{id}/sso', {
        params: { path: { id } },
        body: { ssoOnly: word === 'on' },
      }),
    );
    if (options.json) return context.terminal.printJson(state);
    const ways = state.providers.map(({ label }) => oneLine(label)).join(', ');
    context.terminal.print(
      state.ssoOnly ? `Members come in only through: ${ways}.` : 'Members may sign in in every way.',
    );
  });
}

async function everyProvider(client: ScriptoriumClient) {
  const providers = [];
  for (let cursor: string | undefined; ; ) {
    const query = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const page = await unwrap(client.GET('/api/v1/operator/identity-providers', { params: { query } }));
    providers.push(...page.items);
    if (page.nextCursor === null) return providers;
    cursor = page.nextCursor;
  }
}

async function providerOf(client: ScriptoriumClient, slug: string) {
  const found = (await everyProvider(client)).find((provider) => provider.slug === slug);
  if (!found) throw wrongUse(`There is no identity provider “${slug}”. See: scriptorium sso list`);
  return found;
}

/** Only read as JSON: the server checks what is in it, and says what is wrong. */
async function settingsIn(file: string): Promise<object> {
  try {
    const settings: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof settings === 'object' && settings !== null && !Array.isArray(settings)) return settings;
  } catch (error) {
    throw wrongUse(
      `${file} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  throw wrongUse(`${file} does not hold a JSON object.`);
}
