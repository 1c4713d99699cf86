export type { CharsetDecoder } from './charset-decoder.ts';
export type { ItemContext } from './context.ts';
export { decimal, type Decimal, isDecimal } from './decimal.ts';
export type { Decompressor } from './decompressor.ts';
export { drop, type Drop } from './drop.ts';
export type { Each, MaybePromise } from './each.ts';
export type { Encoder } from './encoder.ts';
export type { Expectations, ExpectedRange } from './expectations.ts';
export {
  type BytesFlow,
  type ChunkFlow,
  feed,
  type FeedOptions,
  type FeedStart,
  type RangedFlow,
  type RecordFlow,
} from './build-feed.ts';
export type { Feed, FeedDecoder, FeedParser, FeedStages } from './feed.ts';
export type { Ledger } from './ledger/ledger.ts';
export type { LedgerEntry, LedgerState } from './ledger/ledger-entry.ts';
export type { LedgerListQuery, ListedEntry, ListedError, ListedReport } from './ledger/listed-entry.ts';
export type { Landed } from './landing/landing-each.ts';
export { landingUuid } from './landing/landing-uuid.ts';
export { many, type Many } from './many.ts';
export { memoryLedger } from './ledger/memory-ledger.ts';
export {
  errorFromJson,
  type ErrorPlace,
  isMillraceError,
  MillraceError,
  type MillraceErrorOptions,
} from './millrace-error.ts';
export type { Observer } from './observer.ts';
export type { ItemOrigin } from './origin.ts';
export type { Parser } from './parser.ts';
export type { RecordContext } from './record-context.ts';
export type { Quarantine, QuarantineQuery, ReadableQuarantine, Rejection } from './rejection.ts';
export type { Counts, ItemOutcome, ItemReport, RunReport } from './report.ts';
export { RunFailedError } from './run-failed-error.ts';
export type { RangeParser } from './range-parser.ts';
export { reconcile, type ReconcileOptions, references, type Unreconciled } from './reconcile.ts';
export { purge, type PurgedVersion, type PurgeOptions, type PurgeReport } from './purge.ts';
export { replay } from './replay.ts';
export type { ReplayOptions } from './replay-options.ts';
export type { ReplayReport } from './replay-report.ts';
export type { RejectionLimit, RunOptions } from './run-options.ts';
export type { Sink } from './sink.ts';
export type { RangedSource, Source } from './source.ts';
export type { RetiredVersion } from './run/retire/retirement.ts';
export type { SchemaIssue, SchemaResult, StandardSchema } from './standard-schema.ts';
export { type SealedQuarantineOptions, sealedQuarantine } from './sealed-quarantine.ts';
export type { SealKey } from './quarantine/seal-keys.ts';
export type { RunSession, SessionOptions } from './run-session.ts';
export { sumCounts } from './sum-counts.ts';
export { filter } from './transforms/filter.ts';
export { flatMap } from './transforms/flat-map.ts';
export { map } from './transforms/map.ts';
export { tap } from './transforms/tap.ts';
export { validate } from './transforms/validate.ts';
export { withSink } from './with-sink.ts';
