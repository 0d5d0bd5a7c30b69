import { createRequire } from 'node:module';
import { messages, type PGlite, parse, protocol, type Results } from '@electric-sql/pglite';
import type { SqlResult } from './port.ts';
import { StatementNames } from './statement-names.ts';
import { SET_TENANT_READ_ONLY } from './tenant.ts';

const { prepareValue }: { readonly prepareValue: (value: unknown) => string | Uint8Array | null } =
  createRequire(import.meta.url)('pg/lib/utils');

const { serialize } = protocol;
const SETTINGS_STATEMENT = 'tenant';
/** Distinct statements that are kept prepared; the rest are sent unnamed. */
const MAX_PREPARED = 500;

type Answer = Awaited<ReturnType<PGlite['execProtocol']>>['messages'];

/**
 * Runs one read-only statement together with its tenant's settings: both are executed before the protocol's Sync, so the
 * database runs them in one implicit transaction (message flow of the extended query protocol) and the settings end with
 * it. One call into the database instead of five, and statements stay prepared: a quarter of the time of a transaction.
 */
export class EmbeddedTenantReader {
  readonly #db: PGlite;
  readonly #names = new StatementNames(MAX_PREPARED);
  readonly #prepared = new Set<string>();

  constructor(db: PGlite) {
    this.#db = db;
  }

  async read(settings: readonly string[], text: string, values: readonly unknown[]): Promise<SqlResult> {
    const name = this.#names.of(text) ?? '';
    // Not while a transaction is open: PGlite is one connection.
    const answer = await this.#db._runExclusiveTransaction(() =>
      this.#db.runExclusive(() => this.#exchange(settings, name, text, values)),
    );
    const failure = answer.find((message) => message instanceof messages.DatabaseError);
    if (failure) throw failure;
    const [result]: Results<Record<string, unknown>>[] = parse.parseResults(
      withoutSettings(answer),
      this.#db.parsers,
    );
    return { rows: result?.rows ?? [], rowCount: result?.rows.length ?? 0 };
  }

  async #exchange(
    settings: readonly string[],
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<Answer> {
    const parsed: string[] = [];
    const parseOnce = (statement: { readonly name: string; readonly text: string }) => {
      if (this.#prepared.has(statement.name)) return [];
      parsed.push(statement.name);
      return [serialize.parse(statement)];
    };
    const bytes = Buffer.concat([
      ...parseOnce({ name: SETTINGS_STATEMENT, text: SET_TENANT_READ_ONLY }),
      serialize.bind({ statement: SETTINGS_STATEMENT, values: [...settings] }),
      serialize.execute({}),
      ...parseOnce({ name, text }),
      serialize.bind({ statement: name, values: values.map(prepareValue) }),
      serialize.describe({ type: 'P' }),
      serialize.execute({}),
      serialize.sync(),
    ]);
    const answer = await this.#db.execProtocol(bytes, { throwOnError: false });
    // What follows a failure is skipped, so the statements that were prepared are the first ones.
    const completed = answer.messages.filter((message) => message.name === 'parseComplete').length;
    for (const prepared of parsed.slice(0, completed)) {
      if (prepared !== '') this.#prepared.add(prepared);
    }
    return answer.messages;
  }
}

/** The first row and the first completion are the settings'. */
function withoutSettings(answer: Answer): Answer {
  return answer.slice(answer.findIndex((message) => message.name === 'commandComplete') + 1);
}
