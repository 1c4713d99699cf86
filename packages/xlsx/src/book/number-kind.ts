/** What a number is by its format. Only formats tell dates from other numbers. */
export type NumberKind = 'number' | 'date' | 'time' | 'datetime' | 'duration';

/**
 * Formats that have a number and no code in the file (ECMA-376-1, section 18.8.30): 14 to 22 and 45 to 47 everywhere; 27 to 36 and
 * 50 to 58 in East Asian, 71 to 81 in Thai editions of Excel, where they are dates, and nothing elsewhere.
 */
export function builtInKind(id: number): NumberKind {
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || (id >= 34 && id <= 36) || (id >= 50 && id <= 58))
    return 'date';
  if ((id >= 18 && id <= 21) || id === 32 || id === 33 || id === 45 || id === 47) return 'time';
  if (id >= 71 && id <= 74) return 'date';
  if (id === 75 || id === 76 || id === 78 || id === 80) return 'time';
  if (id === 22 || id === 77) return 'datetime';
  return id === 46 || id === 79 ? 'duration' : 'number';
}

/** Literals, and brackets other than those of a duration; the words for "no format"; and an exponent. None of them says anything. */
const SAYS_NOTHING = /"[^"]*"?|[\\_*][^]|\[(?!h+\]|m+\]|s+\])[^\]]*\]?|general|standard|e[+-]/gi;
const DURATION = /\[(?:h+|m+|s+)\]/i;

/** The kind of a number with this format code, by the section for positive numbers. */
export function kindOfCode(code: string): NumberKind {
  const [section = ''] = code.replace(SAYS_NOTHING, '').split(';', 1);
  if (DURATION.test(section)) return 'duration';
  const letters = section.replace(/am\/pm|a\/p/gi, 'h').toLowerCase();
  const hasTime = /[hs]/.test(letters);
  // An "m" is minutes beside hours or seconds, unless it is the name of a month.
  const hasDate = /[yd]|m{3}/.test(letters) || (!hasTime && letters.includes('m'));
  if (hasDate) return hasTime ? 'datetime' : 'date';
  return hasTime ? 'time' : 'number';
}
