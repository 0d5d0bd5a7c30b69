import type { Command } from 'commander';
import { type Collection, problemFrom, type Source } from '../../client/index.ts';
import { findOrMakeCollection } from './collections.ts';
import { CONNECTION_HELP, withConnectionOptions, withSession } from './connection.ts';
import type { CommandContext } from './context.ts';
import { type Findings, type FoundFile, findFiles, inBatches } from './ingest.files.ts';
import { exitCodeOf, printSummary, summarize } from './ingest.summary.ts';
import { type Refusal, uploadBatch } from './ingest.upload.ts';
import { SourceWatch } from './ingest.watch.ts';
import { type Interruption, onInterrupt } from './interrupt.ts';
import { countTo } from './numbers.ts';
import { ProgressReport } from './progress.ts';
import type { ConnectionOptions, Session } from './session.ts';

interface IngestOptions extends ConnectionOptions {
  readonly collection?: string;
  readonly language?: string;
  readonly concurrency: number;
  readonly json?: boolean;
}

const HELP = `
Folders are searched for PDF, DOCX, EPUB, HTML, Markdown and text. Hidden files, links and other kinds are passed over and
counted; a file that is named itself is always sent. A file that the collection holds already is recognised by its bytes;
one with a known name and new bytes becomes a new version. Ctrl-C cancels what is not done; a second one leaves at once.
Exit codes: 0 all files are in the library, 1 some are not, 2 wrong use, 3 settings, 130 interrupted.

Examples:
  scriptorium ingest ~/papers --collection Papers
  scriptorium ingest report.pdf notes/ --language fr --json > report.json
  SCRIPTORIUM_TOKEN=… scriptorium ingest ./docs --server https://library.example.org
${CONNECTION_HELP}`;

export function addIngest(program: Command, context: CommandContext): void {
  const command = program
    .command('ingest')
    .description('Put files and whole folders into the library')
    .argument('<paths...>', 'files and folders');
  withConnectionOptions(command)
    .option('--collection <name>', 'name or id of a collection; made when its name is new')
    .option('--language <tag>', 'of all these files, BCP 47; default: detected')
    .option('--concurrency <number>', 'uploads at the same time, 1 to 16', countTo(16), 2)
    .option('--json', 'the summary as JSON')
    .addHelpText('after', HELP)
    .action((paths: string[], options: IngestOptions) => ingest(context, paths, options));
}

async function ingest(
  context: CommandContext,
  paths: readonly string[],
  options: IngestOptions,
): Promise<void> {
  const findings = await findFiles(paths);
  await withSession(context, options, { work: true, begin: true }, async (session) => {
    const { collection: wanted, language } = options;
    const collection =
      wanted === undefined ? undefined : await findOrMakeCollection(session.client, wanted, language ?? null);
    const run = new Ingestion(context, session, { collection, language, concurrency: options.concurrency });
    const summary = await run.complete(findings);
    if (options.json) context.terminal.printJson(summary);
    else printSummary(context.terminal, summary);
    process.exitCode = exitCodeOf(summary);
  });
}

interface IngestionSettings {
  readonly collection: Collection | undefined;
  readonly language: string | undefined;
  readonly concurrency: number;
}

/** Sends files and waits for what becomes of them. */
class Ingestion {
  readonly #context: CommandContext;
  readonly #session: Session;
  readonly #settings: IngestionSettings;
  readonly #watch: SourceWatch;
  readonly #taken: Source[] = [];
  readonly #refused: Refusal[] = [];

  constructor(context: CommandContext, session: Session, settings: IngestionSettings) {
    this.#context = context;
    this.#session = session;
    this.#settings = settings;
    this.#watch = new SourceWatch(session);
  }

  async complete({ files, skipped }: Findings) {
    const startedAt = performance.now();
    const report = new ProgressReport(this.#context.terminal);
    const show = () => {
      const sent = this.#taken.length + this.#refused.length;
      const waiting = this.#watch.sources.length - this.#watch.settled;
      report.show({ total: files.length, sent, done: sent - waiting });
    };
    const interruption = onInterrupt(this.#context.terminal);
    try {
      await this.#sendAll(files, show, interruption.signal);
      if (interruption.signal.aborted) await this.#cancel(report);
      else await this.#watch.wait(show, interruption.signal);
    } catch (error) {
      if (!interruption.signal.aborted) throw error;
      await this.#cancel(report);
    } finally {
      report.end();
      interruption.stop();
    }
    return this.#summary(files, skipped, interruption, startedAt);
  }

  /** Several uploads at a time, each taking the next batch. */
  async #sendAll(files: readonly FoundFile[], show: () => void, signal: AbortSignal): Promise<void> {
    const batches = inBatches(files).values();
    const { collection, language } = this.#settings;
    const sender = async () => {
      for (const batch of batches) {
        if (signal.aborted) return;
        const { sources, refused } = await uploadBatch(
          this.#session,
          batch,
          { collectionId: collection?.id, language },
          signal,
        );
        this.#taken.push(...sources);
        this.#refused.push(...refused);
        this.#watch.add(sources);
        await this.#watch.look();
        show();
      }
    };
    await Promise.all(Array.from({ length: this.#settings.concurrency }, sender));
  }

  async #cancel(report: ProgressReport): Promise<void> {
    report.end();
    this.#context.terminal.printError(
      'Interrupted: cancelling what is not done yet (press Ctrl-C again to leave at once).',
    );
    for (const id of this.#watch.tasks) {
      const { response } = await this.#session.client.POST('/api/v1/tasks/{id}/cancel', {
        params: { path: { id } },
      });
      // Any other refusal: it ended in this moment.
      if (response.status >= 500) throw problemFrom(response, undefined);
    }
    await this.#watch.wait(() => undefined, new AbortController().signal);
  }

  #summary(
    files: readonly FoundFile[],
    skipped: Findings['skipped'],
    { signal }: Interruption,
    startedAt: number,
  ) {
    const latest = new Map(this.#watch.sources.map((source) => [source.id, source]));
    return summarize({
      organization: this.#session.organization,
      collection: this.#settings.collection,
      interrupted: signal.aborted,
      found: files.length,
      taken: this.#taken.map((source) => ({
        ...source,
        ...latest.get(source.id),
        ...(source.duplicateOf ? { duplicateOf: source.duplicateOf } : {}),
      })),
      refused: this.#refused,
      skipped,
      seconds: Math.round(performance.now() - startedAt) / 1000,
    });
  }
}
