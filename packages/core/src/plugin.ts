export { block, type Block, isBlock } from './block.ts';
export { check, checkOptions, type OptionCheck } from './check-options.ts';
export type { CharsetDecoderStage } from './charset-decoder.ts';
export type { Context } from './context.ts';
export type { DecompressorStage } from './decompressor.ts';
export { encodeJsonLine } from './encode-json-line.ts';
export { checkEncoder } from './encoder.ts';
export { compareSequencers } from './ledger/compare-sequencers.ts';
export { isThenable } from './is-thenable.ts';
export type { ClaimAnswer, ClaimRequest, GrantedExtent, LedgerProgress, RetirementProgress } from './ledger/ledger.ts';
export type {
  HeadRecord,
  Known,
  LedgerAddress,
  LedgerStore,
  ListedPeriod,
  Stamped,
  VersionRecord,
} from './ledger/ledger-store.ts';
export { listedAt, listedEntry } from './ledger/listed-entry.ts';
export { storedLedger } from './ledger/stored-ledger.ts';
export { landingEach, type LandingLayout, type LandingOptions } from './landing/landing-each.ts';
export type { LandingKeys } from './landing/landing-keys.ts';
export { type LandingNames, landingNames } from './landing/landing-names.ts';
export { landingNamespace, landingVersion, MILLRACE_NAMESPACE, placesOf } from './landing/landing-uuid.ts';
export { namesIn, type NameUuid } from './landing/name-uuid.ts';
export { landingPlace, type PlaceUuids } from './landing/place-uuids.ts';
export { toMillraceError } from './millrace-error.ts';
export type { Outputs } from './outputs.ts';
export type { ParserContext, ParserStage, Produced, Reparse } from './parser.ts';
export { isPart, part, type Part } from './part.ts';
export { ndjsonEncoder } from './part-sink/ndjson-encoder.ts';
export type { Partition, PartitionOf } from './part-sink/partition-path.ts';
export { partSink, type PartSinkOptions } from './part-sink.ts';
export type { PartContent, PartItem, PartStore } from './part-store.ts';
export type { Entry } from './record-context.ts';
export { rejected, rejectedRecord, type RecordPlace, type Rejected, type RejectedRecord } from './rejected.ts';
export type { QuarantineStore, QuarantineText } from './quarantine-store.ts';
export { isQuarantineKey } from './quarantine/keys.ts';
export { rejectionFromJson, rejectionToJson } from './rejection-json.ts';
export { rejectionPosition } from './rejection-position.ts';
export { shortenedRejections } from './quarantine/shortened.ts';
export type { ItemRanges, RangesContext, RangesProduced, RangesStage } from './range-parser.ts';
export { refusalOf } from './refusal-of.ts';
export { inShare, isShare } from './share.ts';
export { isSideObject } from './side-object.ts';
export { signatureOf } from './signature.ts';
export type { Refusal, SinkLimits } from './sink.ts';
export type { IdentifiedObject, OpenedItem, RangedItem, ReferenceIdentity, SourceItem } from './source.ts';
export { type GenerationRows, type PlacedRows, placedUuids, type RetiredCounts, type RetiredRows } from './retire.ts';
export { storedQuarantine } from './stored-quarantine.ts';
export { checkRun } from './run/check-run.ts';
export { textDigest } from './text-digest.ts';
export { isLocated, located, type Located, type TextDamage, type TextPlace } from './text-place.ts';
