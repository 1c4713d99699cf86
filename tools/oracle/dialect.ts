/** How a file is to be read; from its sidecar, or guessed by simple rules, the same for all readers. */
export interface Dialect {
  /** The encoding as `decodeText` knows it. */
  readonly charset: string;
  /** The encoding as Python knows it. */
  readonly python: string;
  readonly delimiter: string;
  /** @default '"' */
  readonly quote?: string | false | undefined;
  /** @default the quote */
  readonly escape?: string | undefined;
}

const DELIMITERS = [',', ';', '\t', '|'] as const;

/** Guesses a dialect: the byte order mark tells the encoding, the first line the delimiter. */
export function guessDialect(name: string, head: Buffer): Dialect {
  const { charset, python } = guessCharset(head);
  const text = new TextDecoder(charset === 'utf-8' ? 'utf-8' : 'utf-16le').decode(head);
  const line = text.split(/[\r\n]/, 1)[0]!;
  const count = (one: string): number => line.split(one).length;
  const best = DELIMITERS.reduce((most, one) => (count(one) > count(most) ? one : most));
  return { charset, python, delimiter: /\.tsv$/i.test(name) ? '\t' : best };
}

function guessCharset(head: Buffer): Pick<Dialect, 'charset' | 'python'> {
  const isUtf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  return isUtf16 ? { charset: 'utf-16', python: 'utf-16' } : { charset: 'utf-8', python: 'utf-8-sig' };
}
