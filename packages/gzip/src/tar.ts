export type { TarEntry } from './tar/tar-entry.ts';
export { tar, type TarOptions } from './tar/tar.ts';
