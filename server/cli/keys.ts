import type { Command } from 'commander';
import { unwrap } from '../../client/index.ts';
import { instanceActor } from '../kernel/actor.ts';
import type { SigningKeyList } from '../modules/identity/index.ts';
import type { CommandContext } from './context.ts';
import { type OperatorOptions, remoteOperator } from './operator.client.ts';
import { withProduct } from './product.ts';

interface Options extends OperatorOptions {
  readonly json?: boolean;
}

interface RotateOptions extends Options {
  readonly endSessions?: boolean;
}

const ACTOR = instanceActor('command-line');
const HELP = `
On DATABASE_URL this works beside running servers, which hear of it at once. A server on the embedded database holds its
folder: ask it with --server and the ADMIN_SECRET_KEY that it has.

Examples:
  scriptorium keys list
  scriptorium keys rotate
  ADMIN_SECRET_KEY=… scriptorium keys rotate --end-sessions --server http://127.0.0.1:3000`;

export function addKeys(program: Command, context: CommandContext): void {
  const keys = program
    .command('keys')
    .description('The keys that sign access tokens')
    .addHelpText('after', HELP);
  withOptions(keys.command('list'))
    .description('List the keys, the newest first')
    .action((options: Options) => list(context, options));
  withOptions(keys.command('rotate'))
    .description('Publish the next key; it signs ten minutes later, and nobody has to sign in again')
    .option('--end-sessions', 'change keys at once and refuse the old ones: everybody signs in again')
    .action((options: RotateOptions) => rotate(context, options));
}

function withOptions(command: Command): Command {
  return command
    .option('--server <url>', 'ask a running server, as its operator; also SCRIPTORIUM_URL')
    .option('--json', 'the keys as JSON');
}

async function list(context: CommandContext, options: Options): Promise<void> {
  const client = remoteOperator(context, options);
  if (client) return print(context, options, await unwrap(client.GET('/api/v1/operator/signing-keys')));
  await withProduct(context, async ({ modules }) => {
    print(context, options, await modules.identity.signingKeys.service.list(ACTOR));
  });
}

async function rotate(context: CommandContext, options: RotateOptions): Promise<void> {
  const body = { endSessions: options.endSessions ?? false };
  const client = remoteOperator(context, options);
  if (client) {
    const keys = await unwrap(client.POST('/api/v1/operator/signing-keys/rotate', { body }));
    return print(context, options, keys);
  }
  await withProduct(context, async ({ modules }) => {
    print(context, options, await modules.identity.signingKeys.service.rotate(ACTOR, body));
  });
}

function print({ terminal }: CommandContext, options: Options, keys: SigningKeyList): void {
  if (options.json) {
    terminal.printJson(keys);
    return;
  }
  for (const { id, status, usable, activeFrom, retiredAt, expiresAt } of keys.items) {
    const times = [
      `signs from ${activeFrom}`,
      ...(retiredAt === null ? [] : [`to ${retiredAt}`]),
      ...(expiresAt === null ? [] : [`accepted to ${expiresAt}`]),
      ...(usable ? [] : ['does not open with this SECRET_KEY']),
    ];
    terminal.print(`${status.padEnd(8)} ${id}  ${times.join(', ')}`);
  }
  if (keys.items.length === 0) terminal.printError('There is no key yet: the first sign-in makes one.');
}
