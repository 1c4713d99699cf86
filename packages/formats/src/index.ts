export type { FieldType, FieldTypes } from './field-types.ts';
export type { Multiline } from './multiline.ts';
export { parseCsv, type ParseCsvOptions } from './parse-csv.ts';
export { type FixedColumn, parseFixedWidth, type ParseFixedWidthOptions } from './parse-fixed-width.ts';
export { parseJson, type ParseJsonOptions } from './parse-json.ts';
export { parseLines, type ParseLinesOptions } from './parse-lines.ts';
export { parseNdjson, type ParseNdjsonOptions } from './parse-ndjson.ts';
export { parseRegex, type ParseRegexOptions } from './parse-regex.ts';
