/** How both drivers give PostgreSQL's values, so that rows look the same whichever database they come from. */

/** Type object ids of PostgreSQL's catalogue that we read in our own way. */
const OID = { int8: 20, date: 1082, timestamp: 1114, timestamptz: 1184 } as const;

/**
 * `2026-11-20 23:10:44.123456+00` → `2026-11-20T23:10:44.123456Z`. Kept as text: a Date would lose the microseconds that
 * keyset pages sort by. Sessions run in UTC.
 */
export function toRfc3339(value: string): string {
  return `${value.replace(' ', 'T').replace(/[+-]00(:?00)?$/, '')}Z`;
}

const asNumber = (value: string) => Number(value);
const asText = (value: string) => value;

/** Parsers by type object id, for `pg` and for PGlite alike. */
export const PARSERS: Readonly<Record<number, (value: string) => unknown>> = {
  [OID.int8]: asNumber,
  [OID.date]: asText,
  [OID.timestamp]: toRfc3339,
  [OID.timestamptz]: toRfc3339,
};
