import { type RawBuilder, sql } from 'kysely';

// Who is meant by the beginning of a name. `^@` (starts with) is one of the few operators that row-level security leaves to
// an index (migration 0014).

/** The organizations whose name, or its last word, begins with `text`, in any case. For a query of `organizations`. */
export function organizationCalled(text: string): RawBuilder<boolean> {
  return called('organizations', text);
}

/** The people whose name, or its last word, begins with `text`, in any case. For a query of `users`. */
export function personCalled(text: string): RawBuilder<boolean> {
  return called('users', text);
}

/** The same, and those whose address does: only for whoever may see addresses. */
export function personCalledOrAddressed(text: string): RawBuilder<boolean> {
  return sql`(${personCalled(text)} or users.email_key collate "C" ^@ ${keyOf(text)})`;
}

function called(table: 'organizations' | 'users', text: string): RawBuilder<boolean> {
  const key = keyOf(text);
  return sql`(${sql.ref(`${table}.name_key`)} ^@ ${key} or ${sql.ref(`${table}.last_word_key`)} ^@ ${key})`;
}

/** As the columns were made, by the same functions. */
function keyOf(text: string): RawBuilder<string> {
  return sql`lower(normalize(${text.trim()}::text, NFKC))`;
}
