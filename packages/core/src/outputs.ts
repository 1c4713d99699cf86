/**
 * What a decompressor or a charset decoder returns for one input: an array, or an iterable that makes each output when the
 * runner asks for it. A text is not one: it would be taken for its characters.
 *
 * @typeParam C what one output is
 */
export type Outputs<C> = (Iterable<C> & object) | (AsyncIterable<C> & object);
