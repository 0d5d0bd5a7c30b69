import type { Db as IDatabase } from 'pg-boss';
import type { Database, SqlExecutor } from '../db/index.ts';

export const SCHEMA = 'queue';

/** Index rebuilds and vacuum reports are the operator's: the app role owns no table. */
export const COMMON = {
  schema: SCHEMA,
  reindex: false,
  monitorVacuum: false,
  persistWarnings: false,
} as const;

/** Lets pg-boss run its statements through `executor`, and listen through `database`. */
export function asBossDatabase(executor: SqlExecutor, database?: Database): IDatabase {
  const listen =
    database &&
    (async (channel: string, onNotification: (payload: string) => void, onReconnect: () => void) => {
      const close = await database.listen(channel, onNotification);
      onReconnect();
      return { close };
    });
  return {
    executeSql: async (text, values) => {
      const { rows } = await executor.execute(text, values);
      return { rows: [...rows] };
    },
    ...(listen ? { listen } : {}),
  };
}
