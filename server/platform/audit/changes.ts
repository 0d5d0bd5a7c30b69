import { canonicalJson, type JsonObject } from './json.ts';

/** The members of two states that differ, as `before` and `after` of an entry; `{}` where none does. */
export function changesBetween(
  before: JsonObject,
  after: JsonObject,
): { readonly before?: JsonObject; readonly after?: JsonObject } {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const differing = [...names].filter(
    (name) => canonicalJson(before[name] ?? null) !== canonicalJson(after[name] ?? null),
  );
  if (differing.length === 0) return {};
  const pick = (state: JsonObject) =>
    Object.fromEntries(differing.map((name) => [name, state[name] ?? null]));
  return { before: pick(before), after: pick(after) };
}
