export { chaosCases, type ChaosCasesOptions } from './chaos-cases.ts';
export {
  charsetDecoderCases,
  type CharsetDecoderCasesOptions,
  type CharsetDecoderSample,
} from './charset-decoder-cases.ts';
export type { ConformanceCase } from './conformance-case.ts';
export type { Cuttable } from './cut.ts';
export type { DriveOptions } from './decoding/drive-options.ts';
export type { EndlessInput } from './decoding/endless-case.ts';
export type { Expansion } from './decoding/expansion-case.ts';
export { decompressorCases, type DecompressorCasesOptions, type DecompressorSample } from './decompressor-cases.ts';
export { eachCases, type EachCasesOptions, type EachSample } from './each-cases.ts';
export { encoderCases, type EncoderCasesOptions } from './encoder-cases.ts';
export type { Fault } from './fault-proxy/fault.ts';
export type { FaultCall } from './fault-proxy/fault-call.ts';
export type { FaultBase } from './fault-proxy/fault-kind.ts';
export type { DynamodbErrorFault, ThrottlingReason } from './fault-proxy/faults/dynamodb-error.ts';
export type { EndMidBody } from './fault-proxy/faults/end-mid-body.ts';
export type { FlipByte } from './fault-proxy/faults/flip-byte.ts';
export type { LoseAnswer } from './fault-proxy/faults/lose-answer.ts';
export type { ResetBeforeResponse } from './fault-proxy/faults/reset-before-response.ts';
export type { ResetMidBody } from './fault-proxy/faults/reset-mid-body.ts';
export type { S3ErrorFault } from './fault-proxy/faults/s3-error.ts';
export type { Slow } from './fault-proxy/faults/slow.ts';
export type { Stall } from './fault-proxy/faults/stall.ts';
export type { Unprocessed, WriteRequest } from './fault-proxy/faults/unprocessed.ts';
export { type FaultProxy, type LoggedCall, startFaultProxy } from './fault-proxy/start-fault-proxy.ts';
export { ledgerCases, type LedgerCasesOptions } from './ledger-cases.ts';
export {
  memorySink,
  type MemoryRefusal,
  type MemorySink,
  type MemorySinkOptions,
  type MemoryWrite,
  type StoredEntry,
} from './memory-sink.ts';
export {
  type MemoryRead,
  type MemoryRef,
  memorySource,
  type MemorySource,
  type MemorySourceOptions,
} from './memory-source.ts';
export { optionCases, type OptionCasesOptions } from './option-cases.ts';
export { parserCases, type ParserCasesOptions, type ParserSample } from './parser-cases.ts';
export { quarantineCases, type QuarantineCasesOptions } from './quarantine-cases.ts';
export { rangeParserCases, type RangeParserCasesOptions, type RangesSample } from './range-parser-cases.ts';
export { type EventOf, type ObservedEvent, recordingObserver, type RecordingObserver } from './recording-observer.ts';
export { type CharsetDecoderRun, type DecompressorRun, runDecoder } from './run-decoder.ts';
export type { ParserRun } from './parser-run.ts';
export { type DrivenParser, driveParser, runParser } from './run-parser.ts';
export { type RangeParserRun, runRangeParser, type RunRangeParserOptions } from './run-range-parser.ts';
export { sinkCases } from './sink-cases.ts';
export type { RefusedRecord, SinkBench, SinkCasesOptions, SinkSupports } from './sink-cases/sink-bench.ts';
export { sourceCases, type SourceCasesOptions } from './source-cases.ts';
export type { SourceBench, SourceSupports } from './source-cases/source-bench.ts';
export { supportsLine } from './supports-line.ts';
