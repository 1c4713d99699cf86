export type { CompressionFormat } from './compression-format.ts';
export { decompress, type DecompressOptions } from './decompress.ts';
export type { ExtraFormat } from './extra-format.ts';
export { gunzip, type GunzipOptions } from './gunzip.ts';
