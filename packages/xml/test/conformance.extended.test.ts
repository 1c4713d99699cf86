// With `inFull`, inputs that take seconds are among the cases.
import './conformance.test.ts';
