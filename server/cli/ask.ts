import type { Command } from 'commander';
import { type Answer, type Citation, eventsOf, problemFrom } from '../../client/index.ts';
import { findCollection } from './collections.ts';
import { CommandError } from './command-error.ts';
import { CONNECTION_HELP, withConnectionOptions, withSession } from './connection.ts';
import type { CommandContext } from './context.ts';
import type { ConnectionOptions } from './session.ts';
import { oneLine, printable, type Terminal } from './terminal.ts';

interface AskOptions extends ConnectionOptions {
  readonly collection?: string;
  readonly json?: boolean;
}

const HELP = `
Examples:
  scriptorium ask "How long is the probation period?"
  scriptorium ask "Who leads the flood review?" --collection "Field office" --json
${CONNECTION_HELP}`;

export function addAsk(program: Command, context: CommandContext): void {
  const command = program
    .command('ask')
    .description('Answer a question from the library, with citations')
    .argument('<question...>', 'the question');
  withConnectionOptions(command)
    .option('--collection <name>', 'name or id of a collection')
    .option('--json', 'the answer with its citations as JSON')
    .addHelpText('after', HELP)
    .action((words: string[], options: AskOptions) => ask(context, words.join(' '), options));
}

function ask(context: CommandContext, question: string, options: AskOptions): Promise<void> {
  return withSession(context, options, { work: false, begin: false }, async (session) => {
    const collection =
      options.collection === undefined ? undefined : await findCollection(session.client, options.collection);
    const response = await session.send('/api/v1/ask', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ question, ...(collection ? { collectionId: collection.id } : {}) }),
    });
    const answer = await readAnswer(
      response,
      options.json ? undefined : (text) => context.terminal.write(printable(text)),
    );
    if (options.json) context.terminal.printJson(answer);
    else printSources(context.terminal, answer);
  });
}

/** Reads the stream to its end; `onText` gets the answer's text while it comes. */
async function readAnswer(response: Response, onText: ((text: string) => void) | undefined): Promise<Answer> {
  for await (const { event, data } of eventsOf(response)) {
    if (event === 'delta' && isText(data)) onText?.(data.text);
    if (event === 'error') throw problemFrom(response, data);
    if (event === 'done') return data as Answer;
  }
  throw new CommandError('The answer broke off. Ask again.');
}

function isText(data: unknown): data is { readonly text: string } {
  return typeof data === 'object' && data !== null && 'text' in data && typeof data.text === 'string';
}

function printSources(terminal: Terminal, answer: Answer): void {
  terminal.print('');
  if (answer.citations.length > 0) terminal.print('');
  answer.citations.forEach((citation, index) => {
    terminal.print(`[${index + 1}] ${terminal.style('bold', oneLine(citation.title))}${placeOf(citation)}`);
    terminal.print(`    “${oneLine(citation.quote)}”`);
  });
  const unsupported = answer.sentences.filter((sentence) => !sentence.supported).length;
  if (answer.outcome === 'truncated') terminal.printError('The model stopped at its length limit.');
  if (answer.outcome === 'answered' && unsupported > 0) {
    terminal.printError(
      `${unsupported} of ${answer.sentences.length} sentences have no support in the library.`,
    );
  }
  terminal.printError(`Answered by ${answer.provider}.`);
}

function placeOf(citation: Citation): string {
  return citation.page === undefined ? '' : `, page ${citation.page}`;
}
