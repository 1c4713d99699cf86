export { httpSource, type HttpRef } from './http-source.ts';
export { keepPrefix, type KeepPrefixOptions } from './keep-prefix.ts';
export { type LogfmtRecord, parseLogfmt, type ParseLogfmtOptions } from './parse-logfmt.ts';
export { type Pair, parsePairs, type ParsePairsOptions } from './parse-pairs.ts';
export { sqliteSink, type SqliteSinkOptions } from './sqlite-sink.ts';
