export { block, type Block, isBlock } from './block.ts';
export { check, checkOptions, type OptionCheck } from './check-options.ts';
export type { CharsetDecoder, CharsetDecoderStage } from './charset-decoder.ts';
export type { Context, ItemContext } from './context.ts';
export { decimal, type Decimal, isDecimal } from './decimal.ts';
export type { Decompressor, DecompressorStage } from './decompressor.ts';
export { drop, type Drop } from './drop.ts';
export type { Each, MaybePromise } from './each.ts';
export { encodeJsonLine } from './encode-json-line.ts';
export { checkEncoder, type Encoder } from './encoder.ts';
export {
  type BytesFlow,
  type ChunkFlow,
  feed,
  type Feed,
  type FeedDecoder,
  type FeedParser,
  type FeedStages,
  type FeedStart,
  type RangedFlow,
  type RecordFlow,
} from './feed.ts';
export { compareSequencers } from './ledger/compare-sequencers.ts';
export { isThenable } from './is-thenable.ts';
export type {
  ClaimAnswer,
  ClaimRequest,
  GrantedExtent,
  Ledger,
  LedgerEntry,
  LedgerProgress,
  LedgerState,
  RetirementProgress,
} from './ledger/ledger.ts';
export type { HeadRecord, Known, LedgerAddress, LedgerStore, Stamped, VersionRecord } from './ledger/ledger-store.ts';
export { storedLedger } from './ledger/stored-ledger.ts';
export { type Landed, landingEach, type LandingLayout, type LandingOptions } from './landing/landing-each.ts';
export type { LandingKeys } from './landing/landing-keys.ts';
export { type LandingNames, landingNames } from './landing/landing-names.ts';
export { landingNamespace, landingUuid, landingVersion, MILLRACE_NAMESPACE, placesOf } from './landing/landing-uuid.ts';
export { namesIn, type NameUuid } from './landing/name-uuid.ts';
export { landingPlace, type PlaceUuids } from './landing/place-uuids.ts';
export { many, type Many } from './many.ts';
export { memoryLedger } from './ledger/memory-ledger.ts';
export {
  errorFromJson,
  type ErrorPlace,
  isMillraceError,
  MillraceError,
  type MillraceErrorOptions,
  toMillraceError,
} from './millrace-error.ts';
export type { Observer } from './observer.ts';
export type { ItemOrigin } from './origin.ts';
export type { Outputs } from './outputs.ts';
export type { Parser, ParserContext, ParserStage, Produced, Reparse } from './parser.ts';
export { isPart, part, type Part } from './part.ts';
export { ndjsonEncoder } from './part-sink/ndjson-encoder.ts';
export type { Partition, PartitionOf } from './part-sink/partition-path.ts';
export { partSink, type PartSinkOptions } from './part-sink.ts';
export type { PartContent, PartItem, PartStore } from './part-store.ts';
export type { Entry, RecordContext } from './record-context.ts';
export { rejected, rejectedRecord, type RecordPlace, type Rejected, type RejectedRecord } from './rejected.ts';
export type { QuarantineStore, QuarantineText } from './quarantine-store.ts';
export { isQuarantineKey } from './quarantine/keys.ts';
export type { Quarantine, QuarantineQuery, ReadableQuarantine, Rejection } from './rejection.ts';
export { rejectionFromJson, rejectionToJson } from './rejection-json.ts';
export { rejectionPosition } from './rejection-position.ts';
export { shortenedRejections } from './quarantine/shortened.ts';
export type { Counts, ItemOutcome, ItemReport, RunReport } from './report.ts';
export { RunFailedError } from './run-failed-error.ts';
export type { ItemRanges, RangeParser, RangesContext, RangesStage } from './range-parser.ts';
export { reconcile, type ReconcileOptions, references, type Unreconciled } from './reconcile.ts';
export { purge, type PurgedVersion, type PurgeOptions, type PurgeReport } from './purge.ts';
export { refusalOf } from './refusal-of.ts';
export { replay, type ReplayOptions, type ReplayReport } from './replay.ts';
export type { RejectionLimit, RunOptions } from './run-options.ts';
export { signatureOf } from './signature.ts';
export type { Refusal, Sink, SinkLimits } from './sink.ts';
export type {
  IdentifiedObject,
  OpenedItem,
  RangedItem,
  RangedSource,
  ReferenceIdentity,
  Source,
  SourceItem,
} from './source.ts';
export { type GenerationRows, type PlacedRows, placedUuids, type RetiredCounts, type RetiredRows } from './retire.ts';
export type { RetiredVersion } from './run/retire/retirement.ts';
export type { SchemaIssue, SchemaResult, StandardSchema } from './standard-schema.ts';
export { type SealedQuarantineOptions, sealedQuarantine, type SealKey } from './sealed-quarantine.ts';
export { storedQuarantine } from './stored-quarantine.ts';
export { checkRun } from './run/check-run.ts';
export type { RunSession, SessionOptions } from './run/session.ts';
export { sumCounts } from './sum-counts.ts';
export { textDigest } from './text-digest.ts';
export { isLocated, located, type Located, type TextDamage, type TextPlace } from './text-place.ts';
export { filter } from './transforms/filter.ts';
export { flatMap } from './transforms/flat-map.ts';
export { map } from './transforms/map.ts';
export { tap } from './transforms/tap.ts';
export { validate } from './transforms/validate.ts';
export { withSink } from './with-sink.ts';
