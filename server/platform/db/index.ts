export { isForeignKeyViolation, isUniqueViolation } from './errors.ts';
export { type FolderHolder, FolderInUseError, folderHolder } from './folder-lock.ts';
export type { DatabaseReport } from './inspect.ts';
export { inspectDatabase, migrateDatabase, pendingMigrations } from './maintenance.ts';
export { type Migration, missingMigrations, readMigrations } from './migrate.ts';
export {
  MIGRATIONS_FOLDER,
  migratePostgres,
  type OpenedDatabase,
  type OwnerStep,
  openDatabase,
} from './open.ts';
export type { Database, SqlExecutor, SqlResult, Tx, UnitOfWork } from './port.ts';
export { beforeCommit, queryBuilder, statement } from './query-builder.ts';
