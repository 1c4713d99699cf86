// With `inFull`, every document is cut at each character too.
import './w3c-suite.test.ts';
