export type { PostgresClient, PostgresConnection, PostgresResult } from './client.ts';
export { columnsFromSchema, type StandardJsonSchema } from './columns-from-schema.ts';
export { ensureTable, type EnsurePostgresTableOptions, type PostgresTableDifference } from './ensure-table.ts';
export { landingColumns, landingRow, type LandingRow } from './landing-row.ts';
export { postgresSink, type PostgresKeyValue, type PostgresRecord, type PostgresSinkOptions } from './postgres-sink.ts';
export type { PostgresRetryOptions } from './retry-options.ts';
export type { PostgresColumn, PostgresColumns } from './table-columns.ts';
export type { VersionColumns } from './version-guard.ts';
export type { WriteMode } from './upsert.ts';
