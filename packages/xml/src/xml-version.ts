/** What differs between XML 1.0 and XML 1.1, which a document's declaration chooses. */
export interface XmlVersion {
  /** Matches one line end; each counts as a line feed. */
  readonly lineEnd: RegExp;
  /** Characters beside the carriage return that begin a line end. */
  readonly lineEnds: string;
  /** Returns whether a document may contain the character as it is, apart from surrogates and U+FFFE and U+FFFF. */
  readonly isAllowed: (code: number) => boolean;
  /** The last code of those that may be forbidden. */
  readonly lastControl: number;
  /** Returns whether a reference may name the character. */
  readonly isReferable: (code: number) => boolean;
}

/** XML 1.0, fifth edition: production 2, and section 2.11. */
export const XML_10: XmlVersion = {
  lineEnd: /\r\n?/g,
  lineEnds: '',
  isAllowed: (code) => code >= 0x20 || code === 0x09 || code === 0x0a || code === 0x0d,
  lastControl: 0x1f,
  isReferable: (code) => XML_10.isAllowed(code) && isCharacter(code),
};

/** XML 1.1, second edition: productions 2 and 2a, and section 2.11. */
export const XML_11: XmlVersion = {
  lineEnd: /\r[\n\u0085]?|[\u0085\u2028]/g,
  lineEnds: '\u0085\u2028',
  isAllowed: (code) => XML_10.isAllowed(code) && (code < 0x7f || code > 0x9f || code === 0x85),
  lastControl: 0x9f,
  isReferable: (code) => code > 0 && isCharacter(code),
};

function isCharacter(code: number): boolean {
  return code < 0xd800 || (code > 0xdfff && code < 0xfffe) || (code > 0xffff && code < 0x11_0000);
}
