export { isForeignKeyViolation, isUniqueViolation, translateDatabaseError } from './errors.ts';
export { FolderInUseError } from './folder-lock.ts';
export { type Migration, MigrationError, missingMigrations, readMigrations } from './migrate.ts';
export {
  MIGRATIONS_FOLDER,
  migratePostgres,
  type OpenedDatabase,
  type OwnerStep,
  openDatabase,
} from './open.ts';
export type { Database, SqlExecutor, SqlResult, Tx, UnitOfWork } from './port.ts';
export { queryBuilder } from './query-builder.ts';
