export { tar, type TarEntry, type TarOptions } from './tar/tar.ts';
