export { fileQuarantine, type FileQuarantineOptions } from './file-quarantine.ts';
export type { FileRef } from './file-ref.ts';
export { fileSink, type FileSinkOptions } from './file-sink.ts';
export { fileSource, type FileSource, type FileSourceOptions } from './file-source.ts';
export type { FileListQuery } from './list-files.ts';
