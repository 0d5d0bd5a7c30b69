import type { AuditFilter } from '../../api/audit.ts';
import type { AuditSearch } from '../../app/search-params.ts';

/** What the address holds, as the API asks for it: days of the reader's clock become moments, the last day included. */
export function filterOf(search: AuditSearch): AuditFilter {
  const { action, outcome, person, address } = search;
  const from = startOf(search.from, 0);
  const until = startOf(search.until, 1);
  return {
    ...(action === undefined ? {} : { action }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(person === undefined ? {} : { userId: person }),
    ...(address === undefined ? {} : { address }),
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
  };
}

export function isFiltered(search: AuditSearch): boolean {
  return Object.keys(filterOf(search)).length > 0;
}

/** The first moment of a day (`2026-11-21`), or of the day that comes `later` days after it. */
function startOf(day: string | undefined, later: number): string | undefined {
  if (day === undefined) return undefined;
  const moment = new Date(`${day}T00:00:00`);
  moment.setDate(moment.getDate() + later);
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
}
