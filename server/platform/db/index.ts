export { isForeignKeyViolation, isUniqueViolation, translateDatabaseError } from './errors.ts';
export { FolderInUseError } from './folder-lock.ts';
export { type Migration, MigrationError, missingMigrations, readMigrations } from './migrate.ts';
export { migratePostgres, MIGRATIONS_FOLDER, type OpenedDatabase, openDatabase, type OwnerStep } from './open.ts';
export type { Database, SqlExecutor, SqlResult, Tx, UnitOfWork } from './port.ts';
export { queryBuilder } from './query-builder.ts';
