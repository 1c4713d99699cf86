/** The command line as a person would type it again. */
export function sameCommand(argv: readonly string[]): string {
  return ['npx millrace', ...argv.slice(2).map((word) => quoted(word))].join(' ');
}

/** Quotes a word for a POSIX shell if it needs it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
