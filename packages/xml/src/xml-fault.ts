/** Why XML is not well-formed. */
export class XmlFault {
  readonly #why: string;
  readonly #isSentence: boolean;

  /** @param isSentence whether `why` says by itself what begins on the line */
  constructor(why: string, isSentence = false) {
    this.#why = why;
    this.#isSentence = isSentence;
  }

  /** Returns what reads on after "On line 5". */
  in(what: 'text' | 'markup'): string {
    return this.#isSentence ? this.#why : `begins ${what} that is not well-formed: ${this.#why}`;
  }
}

export function forbiddenCharacter(): XmlFault {
  return new XmlFault('it contains a character that XML does not allow.');
}
