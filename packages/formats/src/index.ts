export { parseCsv, type ParseCsvOptions } from './parse-csv.ts';
export { parseNdjson, type ParseNdjsonOptions } from './parse-ndjson.ts';
