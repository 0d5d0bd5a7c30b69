import type { EventView, ExportFormat } from './audit.schemas.ts';

const COLUMNS = [
  'sequence',
  'createdAt',
  'action',
  'outcome',
  'actorKind',
  'userId',
  'credentialId',
  'address',
  'requestId',
  'targetType',
  'targetId',
  'before',
  'after',
  'details',
  'hash',
  'id',
] as const;

export const MEDIA_TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  jsonl: 'application/jsonl; charset=utf-8',
};

/** The lines of a file, a page of events at a time. */
export async function* linesOf(
  pages: AsyncIterable<readonly EventView[]>,
  format: ExportFormat,
): AsyncGenerator<string> {
  if (format === 'csv') yield csvLine(COLUMNS);
  for await (const page of pages) yield page.map(format === 'csv' ? csvEvent : jsonLine).join('');
}

function jsonLine(event: EventView): string {
  return `${JSON.stringify(event)}\n`;
}

function csvEvent({ actor, target, ...event }: EventView): string {
  const cells: Readonly<Record<(typeof COLUMNS)[number], unknown>> = {
    ...event,
    actorKind: actor.kind,
    userId: actor.userId,
    credentialId: actor.credentialId,
    targetType: target?.type,
    targetId: target?.id,
  };
  return csvLine(COLUMNS.map((column) => cellText(cells[column])));
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What spreadsheets take for the beginning of a formula (OWASP, CSV injection), full-width signs included. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** RFC 4180, every cell quoted; a cell that a spreadsheet would compute begins with an apostrophe. */
export function csvLine(cells: readonly string[]): string {
  const quoted = cells.map((cell) => {
    const harmless = FORMULA.test(cell) ? `'${cell}` : cell;
    return `"${harmless.replaceAll('"', '""')}"`;
  });
  return `${quoted.join(',')}\r\n`;
}
