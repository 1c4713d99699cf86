/** Stands among the outputs of a reader for: more input is needed. */
export const MORE: unique symbol = Symbol('more input');
