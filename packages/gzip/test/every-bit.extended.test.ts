// With `inFull`, each of these flips every bit of its samples.
import './bzip2/bzip2.test.ts';
import './damaged.test.ts';
import './zip/zip.test.ts';
