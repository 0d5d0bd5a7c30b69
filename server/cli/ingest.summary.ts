import type { Collection, Source } from '../../client/index.ts';
import { EXIT, type ExitCode } from './command-error.ts';
import type { Skipped } from './ingest.files.ts';
import type { Refusal } from './ingest.upload.ts';
import type { Workplace } from './session.ts';
import { oneLine, type Terminal } from './terminal.ts';

/** Everything that an ingestion came to; what `--json` prints. */
export interface Summary {
  readonly organization: { readonly id: string; readonly name: string };
  readonly collection: { readonly id: string; readonly name: string } | null;
  readonly interrupted: boolean;
  /** Files that were found, and what became of them. Each is counted once. */
  readonly files: {
    readonly found: number;
    readonly ready: number;
    readonly duplicates: number;
    readonly failed: number;
    readonly cancelled: number;
    /** After an interruption. */
    readonly notSent: number;
  };
  readonly skipped: Readonly<Skipped>;
  readonly failures: readonly Refusal[];
  readonly sources: readonly {
    readonly id: string;
    readonly fileName: string;
    readonly stage: string;
    readonly duplicate: boolean;
  }[];
  readonly seconds: number;
}

export interface Outcome {
  readonly organization: Workplace;
  readonly collection: Collection | undefined;
  readonly interrupted: boolean;
  readonly found: number;
  /** One for each file that the server took, in its last state; `duplicateOf` is set where it had the bytes already. */
  readonly taken: readonly Source[];
  readonly refused: readonly Refusal[];
  readonly skipped: Readonly<Skipped>;
  readonly seconds: number;
}

export function summarize(outcome: Outcome): Summary {
  const { organization, collection, taken, refused } = outcome;
  const isDuplicate = (source: Source) => source.duplicateOf !== undefined && source.stage === 'ready';
  const failed = taken.filter(({ stage }) => stage === 'failed');
  return {
    organization: { id: organization.id, name: organization.name },
    collection: collection ? { id: collection.id, name: collection.name } : null,
    interrupted: outcome.interrupted,
    files: {
      found: outcome.found,
      ready: taken.filter((source) => source.stage === 'ready' && !isDuplicate(source)).length,
      duplicates: taken.filter(isDuplicate).length,
      failed: failed.length + refused.length,
      cancelled: taken.filter(({ stage }) => stage === 'cancelled').length,
      notSent: outcome.found - taken.length - refused.length,
    },
    skipped: outcome.skipped,
    failures: [...refused, ...failed.map(toRefusal)],
    sources: taken.map((source) => ({
      id: source.id,
      fileName: nameOf(source),
      stage: source.stage,
      duplicate: isDuplicate(source),
    })),
    seconds: outcome.seconds,
  };
}

function toRefusal(source: Source): Refusal {
  const { code = 'library.failed', message = 'The file could not be read.' } = source.failure ?? {};
  return { fileName: nameOf(source), code, message };
}

function nameOf({ fileName, title }: Source): string {
  return fileName ?? title;
}

/** 0 when every file that was found is in the library, 130 after an interruption, 1 otherwise. */
export function exitCodeOf({ files, interrupted }: Summary): ExitCode {
  if (interrupted) return EXIT.interrupted;
  return files.ready + files.duplicates === files.found ? EXIT.done : EXIT.failed;
}

export function printSummary(terminal: Terminal, summary: Summary): void {
  const { files, skipped } = summary;
  const reasons = Object.entries(skipped).filter(([, count]) => count > 0);
  const rows: [string, number, string][] = [
    ['ready', files.ready, ''],
    ['duplicates', files.duplicates, 'were there already'],
    ['failed', files.failed, ''],
    ['cancelled', files.cancelled, ''],
    ['not sent', files.notSent, ''],
    [
      'skipped',
      reasons.reduce((sum, [, count]) => sum + count, 0),
      reasons.map(([reason, count]) => `${count} ${reason}`).join(', '),
    ],
  ];
  for (const [name, count, note] of rows) {
    if (count === 0 && name !== 'ready') continue;
    terminal.print(`${name.padEnd(10)} ${String(count).padStart(6)}${note === '' ? '' : `  ${note}`}`);
  }
  if (summary.failures.length > 0) terminal.print('');
  for (const { fileName, message, code } of summary.failures) {
    terminal.print(`${terminal.style('bold', oneLine(fileName))}: ${oneLine(message)} (${code})`);
  }
}
