// With `inFull`, every sequence comes in chunks of more sizes.
import './encoding-standard.test.ts';
