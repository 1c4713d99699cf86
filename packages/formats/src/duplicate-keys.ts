/** What to do about an object that has the same key twice. */
export type DuplicateKeys = 'fail' | 'first' | 'last';
