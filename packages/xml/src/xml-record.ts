/**
 * What becomes of an element in a record. One that has neither attributes nor child elements is its text; any other is an
 * {@link XmlRecord}; and an array holds children of one name that `arrays` lists.
 */
export type XmlValue = string | XmlRecord | readonly XmlValue[];

/**
 * A record, and an element with attributes or children in it: attributes as `@name`, child elements by their names, and
 * text as `#text`.
 */
export interface XmlRecord {
  readonly [name: string]: XmlValue;
}
