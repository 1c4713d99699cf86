// With `inFull`, the bundle of CommonJS runs as well.
import './lambda-runtime.test.ts';
