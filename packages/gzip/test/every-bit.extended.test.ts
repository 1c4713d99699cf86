// With `inFull`, each of these goes through every bit, byte or cut of its samples, and through more random ones.
import './bzip2/bzip2.test.ts';
import './damaged.test.ts';
import './tar/tar-damaged.test.ts';
import './tar/tar-stream.test.ts';
import './zip/yauzl.test.ts';
import './zip/zip.test.ts';
