// With `inFull`, these run on PGlite, in the process and on the wire.
import './isolation.test.ts';
import './landing-row.test.ts';
import './ledger.test.ts';
import './missing-rows.test.ts';
import './no-content.test.ts';
import './replace.test.ts';
import './sink.test.ts';
import './tables.test.ts';
import './values.test.ts';
import './versions.test.ts';
