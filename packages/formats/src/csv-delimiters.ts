/** What delimits the fields of most files. */
export const DELIMITERS: readonly string[] = [',', ';', '\t', '|'];
