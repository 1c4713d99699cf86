export { gunzip, type GunzipOptions } from './gunzip.ts';
