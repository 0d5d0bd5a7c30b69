import type { Terminal } from './terminal.ts';

export interface Progress {
  readonly total: number;
  readonly sent: number;
  readonly done: number;
}

/** Shows how far it is: a bar that redraws itself on a terminal, a line for each tenth elsewhere. */
export class ProgressReport {
  readonly #terminal: Terminal;
  #tenth = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(progress: Progress): void {
    if (this.#terminal.status) {
      this.#terminal.status(renderBar(progress, this.#terminal.columns));
      return;
    }
    const tenth = Math.floor((progress.done / Math.max(1, progress.total)) * 10);
    if (tenth <= this.#tenth) return;
    this.#tenth = tenth;
    this.#terminal.printError(`${progress.done} of ${progress.total} done`);
  }

  /** Takes the bar away. */
  end(): void {
    this.#terminal.status?.('');
  }
}

const LONGEST_BAR = 40;

/** `██████░░░░  60/100  80 sent`, at most `columns` wide. */
export function renderBar({ total, sent, done }: Progress, columns: number): string {
  const text = `  ${done}/${total}${sent < total ? `  ${sent} sent` : ''}`;
  const width = Math.min(LONGEST_BAR, columns - text.length - 1);
  if (width < 4) return text.trim().slice(0, Math.max(0, columns - 1));
  const filled = Math.round((done / Math.max(1, total)) * width);
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)}${text}`;
}
