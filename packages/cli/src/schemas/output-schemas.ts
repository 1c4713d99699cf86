import {
  auditReportSchema,
  errorSchema,
  feedStatusSchema,
  findingSchema,
  ledgerEntrySchema,
  objectReportSchema,
  purgeReportSchema,
  rejectionMembers,
  replayReportSchema,
  runReportSchema,
} from './report-schemas.ts';
import { anything, flag, type JsonSchema, list, object, oneOf, record, text, whole } from './schema.ts';

/** What each command prints with `--json`, beside `command` and `exitCode`. */
function results(): Readonly<Record<string, Readonly<Record<string, JsonSchema>>>> {
  const run = { dryRun: flag, report: runReportSchema(), next: list(text) };
  const replay = { dryRun: flag, total: whole, reports: list(replayReportSchema()) };
  const { id, ...rejection } = rejectionMembers();
  return {
    audit: { complete: flag, reports: list(auditReportSchema()) },
    backfill: run,
    check: { config: text, connected: flag, findings: list(findingSchema()) },
    dev: {
      objects: list(
        object({
          feed: text,
          file: text,
          report: objectReportSchema(),
          rows: list(anything),
          rejections: list(record(anything)),
        }),
      ),
    },
    failed: { total: whole, objects: list(ledgerEntrySchema()) },
    plan: { 'plan?': record(anything), 'dryRun?': flag, 'report?': runReportSchema(), 'next?': list(text) },
    purge: { report: purgeReportSchema() },
    'quarantine edit': replay,
    'quarantine export': { total: whole, 'records?': text, 'reasons?': text, 'output?': text, 'reasonsOutput?': text },
    'quarantine ls': { total: whole, codes: record(whole), rejections: list(object({ id: id!, ...rejection })) },
    'quarantine show': {
      rejections: list(
        object({ id: id!, ...rejection, 'raw?': anything, 'value?': anything, 'details?': record(anything) }),
      ),
    },
    reconcile: {
      dryRun: flag,
      'report?': runReportSchema(),
      'next?': list(text),
      'objects?': list(object({ object: text, reason: oneOf('never', 'unfinished', 'changed') })),
    },
    replay,
    run,
    status: { from: text, 'until?': text, feeds: list(feedStatusSchema()) },
  };
}

/** The commands that have a schema, in alphabetical order. */
export function commandsWithSchemas(): readonly string[] {
  return Object.keys(results());
}

/**
 * The JSON Schema of what a command prints with `--json`: its result, or the error that ended it.
 *
 * @returns `undefined` for a command that does not exist
 * @example
 * import Ajv from 'ajv/dist/2020.js';
 * const isRun = new Ajv().compile(outputSchema('run')!);
 */
export function outputSchema(command: string): JsonSchema | undefined {
  const members = results()[command];
  if (members === undefined) return undefined;
  const base = { command: { const: command }, exitCode: { enum: [0, 1, 2, 3, 4, 130] } };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `millrace ${command} --json`,
    oneOf: [object({ ...base, ...members }), object({ ...base, error: errorSchema() })],
  };
}
