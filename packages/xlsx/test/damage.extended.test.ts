// With `inFull`, each byte is changed in several ways.
import './damage.test.ts';
