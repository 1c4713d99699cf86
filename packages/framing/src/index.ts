export { type ByteLine, ByteLines, type ByteLinesSettings } from './bytes/byte-lines.ts';
export { type DuplicateKeys, jsonKeys } from './json/json-keys.ts';
export { jsonLine } from './json/json-line.ts';
export { jsonSequenceParser, type JsonSequenceParserSettings } from './json/json-sequence-parser.ts';
export { jsonValueParser, type JsonValueParserSettings } from './json/json-value-parser.ts';
export type { JsonParser } from './json/json-records.ts';
export type { ParseFrames } from './lines/frame-stage.ts';
export type { JoinSettings } from './lines/joined-lines.ts';
export { lineBatchParser, type LineBatchParserSettings } from './lines/line-batch-parser.ts';
export { lineParser, type LineParserSettings } from './lines/line-parser.ts';
export { type ParseLine, RecordProblem, type RecordProblemOptions, SKIP } from './record-problem.ts';
export { QuotedRow, type RowProblem } from './rows/quoted-row.ts';
export type { RowDialect } from './rows/row-dialect.ts';
export type { EndedRow, RowMaker } from './rows/row-maker.ts';
export { type RowSettings, startRows } from './rows/row-stage.ts';
export { areKept, MAX_CONTEXT_CHARS } from './text/kept-context.ts';
export { FramedRecords } from './text/framed-records.ts';
export { HeldRecord, type HeldText } from './text/held-record.ts';
export { damagedRecord, damageIn, type TextPart } from './text/invalid-text.ts';
export { LineCounter } from './text/line-counter.ts';
export {
  endOfLine,
  excerpt,
  EXCERPT_CHARS,
  MAX_RECORD_CHARS,
  plainText,
  tooLong,
  wholeText,
  withoutReturn,
} from './text/record-text.ts';
