import type { Machine } from './machine.ts';

/** One measured number. `goal` is the promise it is held to, where there is one. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly goal?: { readonly atMost: number } | { readonly atLeast: number };
}

export interface PartResult {
  readonly part: string;
  readonly figures: readonly Figure[];
  /** What a reader must know to judge the figures: sizes, settings, what was left out. */
  readonly notes: readonly string[];
}

export interface Report {
  readonly at: string;
  readonly commit: string;
  readonly machine: Machine;
  readonly parts: readonly PartResult[];
}

/** Whether a figure keeps its promise; undefined where there is none. */
export function meetsGoal({ value, goal }: Figure): boolean | undefined {
  if (!goal) return undefined;
  return 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast;
}

/** The report as Markdown: the machine in a sentence, then one table. */
export function toMarkdown(report: Report): string {
  const { machine } = report;
  const head = [
    `${report.at}, commit ${report.commit}. ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.os}, Node ${machine.node};`,
    `load before the run ${machine.load.toFixed(2)}, a fixed loop of one core took ${machine.spinMs.toFixed(1)} ms.`,
  ].join(' ');
  const rows = report.parts.flatMap(({ part, figures }) => figures.map((figure) => row(part, figure)));
  const notes = report.parts.flatMap(({ part, notes }) => notes.map((note) => `- ${part}: ${note}`));
  const table = ['| part | figure | measured | goal | met |', '|---|---|---:|---:|---|', ...rows].join('\n');
  return [head, table, notes.join('\n')].filter((block) => block !== '').join('\n\n');
}

function row(part: string, figure: Figure): string {
  const { goal } = figure;
  const met = meetsGoal(figure);
  const promised = !goal ? '' : 'atMost' in goal ? `≤ ${number(goal.atMost)}` : `≥ ${number(goal.atLeast)}`;
  const verdict = met === undefined ? '' : met ? 'yes' : '**no**';
  return `| ${part} | ${figure.name} | ${number(figure.value)} ${figure.unit} | ${promised} | ${verdict} |`;
}

/** Three significant digits, thousands separated. */
function number(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: 0, maximumFractionDigits: digits });
}
