import { type Command, Option } from 'commander';
import { type SearchAnswer, type SearchItem, type SearchMode, unwrap } from '../../client/index.ts';
import { findCollection } from './collections.ts';
import { CONNECTION_HELP, withConnectionOptions, withSession } from './connection.ts';
import type { CommandContext } from './context.ts';
import { countTo } from './numbers.ts';
import type { ConnectionOptions } from './session.ts';
import { oneLine, type Terminal } from './terminal.ts';

interface SearchOptions extends ConnectionOptions {
  readonly mode: SearchMode;
  readonly limit: number;
  readonly collection?: string;
  readonly language?: string;
  readonly passages?: boolean;
  readonly json?: boolean;
}

const HELP = `
Examples:
  scriptorium search "gap filling" --limit 5
  scriptorium search '"water level" -flood' --mode keyword
  scriptorium search "who may approve a leave?" --server https://library.example.org --email ana@example.org --json
${CONNECTION_HELP}`;

export function addSearch(program: Command, context: CommandContext): void {
  const command = program
    .command('search')
    .description('Find passages by word and by meaning')
    .argument('<words...>', 'what to look for');
  withConnectionOptions(command)
    .addOption(
      new Option('--mode <mode>', 'how to look').choices(['hybrid', 'semantic', 'keyword']).default('hybrid'),
    )
    .option('--limit <number>', 'most results, 1 to 100', countTo(100), 10)
    .option('--collection <name>', 'name or id of a collection')
    .option('--language <tag>', 'BCP 47, for example fr')
    .option('--passages', 'every matching passage instead of the best of each document')
    .option('--json', 'the answer as JSON')
    .addHelpText('after', HELP)
    .action((words: string[], options: SearchOptions) => search(context, words.join(' '), options));
}

function search(context: CommandContext, q: string, options: SearchOptions): Promise<void> {
  return withSession(context, options, { work: false, begin: false }, async ({ client }) => {
    const collection =
      options.collection === undefined ? undefined : await findCollection(client, options.collection);
    const query = {
      q,
      mode: options.mode,
      limit: options.limit,
      ...(collection ? { collectionId: collection.id } : {}),
      ...(options.language === undefined ? {} : { language: options.language }),
      ...(options.passages ? { expand: 'passages' as const } : {}),
    };
    const answer = await unwrap(client.GET('/api/v1/search', { params: { query } }));
    if (options.json) context.terminal.printJson(answer);
    else printAnswer(context.terminal, answer);
  });
}

function printAnswer(terminal: Terminal, answer: SearchAnswer): void {
  if (answer.correctedTo !== null) terminal.printError(`Looked for “${oneLine(answer.correctedTo)}”.`);
  answer.items.forEach((item, index) => {
    const { page } = item.citation;
    const place = [...item.headings, ...(page === undefined ? [] : [`page ${page}`])]
      .map(oneLine)
      .join(' › ');
    terminal.print(
      `${index + 1}. ${terminal.style('bold', oneLine(item.title))}${place === '' ? '' : `  ${terminal.style('dim', place)}`}`,
    );
    terminal.print(`   ${highlighted(terminal, item)}`);
  });
  const count = answer.items.length === 0 ? 'Nothing found' : `${answer.items.length} found`;
  terminal.printError(`${count} (${answer.mode}, ${Math.round(answer.tookMs)} ms).`);
}

function highlighted(terminal: Terminal, { snippet, highlights }: SearchItem): string {
  let text = '';
  let end = 0;
  for (const range of highlights) {
    text +=
      oneLineKeepingEnds(snippet.slice(end, range.start)) +
      terminal.style('underline', oneLineKeepingEnds(snippet.slice(range.start, range.end)));
    end = range.end;
  }
  return (text + oneLineKeepingEnds(snippet.slice(end))).trim();
}

/** Space at the ends of a piece is space between words of the whole. */
function oneLineKeepingEnds(text: string): string {
  const inner = oneLine(text);
  if (inner === '') return /\s/.test(text) ? ' ' : '';
  return `${/^\s/.test(text) ? ' ' : ''}${inner}${/\s$/.test(text) ? ' ' : ''}`;
}
