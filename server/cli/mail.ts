import { type Command, Option } from 'commander';
import { type OutboxEntry, type OutboxMessage, unwrap } from '../../client/index.ts';
import type { CommandContext } from './context.ts';
import { type OperatorOptions, withOperator } from './operator.client.ts';
import { oneLine } from './terminal.ts';

const STATES = ['held', 'queued', 'sent', 'failed'] as const;

interface Options extends OperatorOptions {
  readonly json?: boolean;
}

interface ListOptions extends Options {
  readonly state?: (typeof STATES)[number];
}

const PAGE = 100;
const HELP = `
Without SMTP_URL mail is held: read it here and pass its link on. On DATABASE_URL this works beside running servers. A server
on the embedded database holds its folder: ask it with --server and the ADMIN_SECRET_KEY that it has.

Examples:
  scriptorium mail list --state held
  scriptorium mail show 0199c0de-0000-7000-8000-000000000001
  ADMIN_SECRET_KEY=… scriptorium mail list --server http://127.0.0.1:3000`;

export function addMail(program: Command, context: CommandContext): void {
  const mail = program
    .command('mail')
    .description('The mail that the product writes, and what became of it')
    .addHelpText('after', HELP);
  withOptions(mail.command('list'))
    .description('List mail, the newest first')
    .addOption(new Option('--state <state>', 'only these').choices(STATES))
    .action((options: ListOptions) => list(context, options));
  withOptions(mail.command('show'))
    .description('Print a message with its link, which lets its reader in: that it was read is recorded')
    .argument('<id>')
    .action((id: string, options: Options) => show(context, id, options));
  withOptions(mail.command('send'))
    .description('Send a message that is held or was given up')
    .argument('<id>')
    .action((id: string, options: Options) => send(context, id, options));
}

function withOptions(command: Command): Command {
  return command
    .option('--server <url>', 'ask a running server, as its operator; also SCRIPTORIUM_URL')
    .option('--json', 'as JSON');
}

async function list(context: CommandContext, options: ListOptions): Promise<void> {
  const { terminal } = context;
  await withOperator(context, options, async (client) => {
    const query = { limit: PAGE, ...(options.state ? { state: options.state } : {}) };
    const page = await unwrap(client.GET('/api/v1/operator/mail', { params: { query } }));
    if (options.json) return terminal.printJson(page);
    for (const entry of page.items) terminal.print(lineOf(entry));
    if (page.items.length === 0) terminal.printError('There is no mail.');
    if (page.nextCursor !== null) terminal.printError(`Only the newest ${PAGE} are shown.`);
  });
}

function lineOf({ id, createdAt, state, kind, to, reason }: OutboxEntry): string {
  const why = reason === null ? '' : `  ${oneLine(reason)}`;
  return `${createdAt.slice(0, 16)}  ${state.padEnd(6)}  ${id}  ${kind}  ${oneLine(to)}${why}`;
}

async function show(context: CommandContext, id: string, options: Options): Promise<void> {
  await withOperator(context, options, async (client) => {
    print(
      context,
      options,
      await unwrap(client.GET('/api/v1/operator/mail/{id}', { params: { path: { id } } })),
    );
  });
}

async function send(context: CommandContext, id: string, options: Options): Promise<void> {
  await withOperator(context, options, async (client) => {
    const sent = await unwrap(client.POST('/api/v1/operator/mail/{id}/send', { params: { path: { id } } }));
    if (options.json) context.terminal.printJson(sent);
    else context.terminal.print('On its way.');
  });
}

function print({ terminal }: CommandContext, options: Options, message: OutboxMessage): void {
  if (options.json) {
    terminal.printJson(message);
    return;
  }
  const { to, subject, state, reason, text } = message;
  terminal.print(`To: ${oneLine(to)}`);
  terminal.print(`Subject: ${oneLine(subject)}`);
  terminal.print(`State: ${state}${reason === null ? '' : `, ${oneLine(reason)}`}`);
  terminal.print('');
  terminal.print(text ?? 'The text was removed.');
}
