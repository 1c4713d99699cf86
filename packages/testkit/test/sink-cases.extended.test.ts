// With `inFull`, a broken sink that takes half a minute is among them.
import './sink-cases.test.ts';
