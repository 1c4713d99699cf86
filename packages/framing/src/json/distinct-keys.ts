import { addLeastText, type LeastText } from './least-chars.ts';
import { type MemberReaders, memberReaders, OTHER_KEY_CHARS } from './member-reader.ts';

/** Returns whether no object in a JSON text has a key twice for sure, given what `JSON.parse` made of the text. */
export type HasDistinctKeys = (text: string, value: unknown) => boolean;

/** The minimum number of characters of a member, not counting its key: a comma, two quotes, a colon, a digit. */
const MEMBER_CHARS = 5;

/**
 * A key that a compiled reader does not read may be empty. But then its member takes room, too: as much as one more with a key
 * of this length.
 */
const UNREAD_KEY_CHARS = OTHER_KEY_CHARS;

/** Objects that no reader fits before one is compiled, at first; twice as many each time after that. */
const MISFITS_BEFORE_COMPILING = 64;
const MAX_COMPILED = 8;

/** Records for which the reader that was needed is the first to be tried. */
const ALIKE = 64;
const ALIKE_AT_LEAST = 4;

/** Characters up to this one are white space. */
const BLANK = 0x20;

/**
 * Makes a check that most texts pass without being looked at: where the text has no room for one more member than the value
 * shows, none is hidden. If there is room (white space, escapes), the colons after quotes are counted, which is the most members that
 * the text can have. A text that passes neither may still have no key twice.
 */
export function distinctKeysCheck(hasDecimals: boolean): HasDistinctKeys {
  const least: LeastText = { hasDecimals, chars: 0, members: 0, shortestKey: 0 };
  let readers: MemberReaders | undefined;
  /** Characters that one more member takes. */
  let room = 0;
  /** The reader that sufficed for the last texts. It is tried first for the next ones. */
  let needed: 'quick' | 'exact' | 'count' = 'quick';
  let alike = 0;
  /** The reader that was enough for the last one, and for how many in a row. */
  let wanted: 'exact' | 'count' = 'exact';
  let alikeSoFar = 0;
  let misfits = 0;
  let limit = MISFITS_BEFORE_COMPILING;

  function compileFor(value: object): void {
    misfits += 1;
    if (hasDecimals || misfits < limit || limit === MISFITS_BEFORE_COMPILING << MAX_COMPILED) return;
    misfits = 0;
    limit *= 2;
    readers = memberReaders(value);
    room = MEMBER_CHARS + Math.min(UNREAD_KEY_CHARS, readers?.shortestKey ?? 0);
    needed = 'quick';
  }

  /** Whether another compiled reader than the quick one shows it. */
  function passes(text: string, value: object, { exact, count, afterColon }: MemberReaders): boolean {
    if (needed !== 'quick') {
      alike -= 1;
      if (alike === 0) needed = 'quick';
    }
    const isSpaced = text.charCodeAt(afterColon) <= BLANK || text.charCodeAt(1) <= BLANK;
    if (needed !== 'count' && !isSpaced && text.length - exact(value) < room) return need('exact');
    return mostMembers(text) <= count(value) && need('count');
  }

  /** Makes a reader the first to be tried, once it was needed for several texts in a row. */
  function need(reader: 'exact' | 'count'): true {
    if (needed === reader) return true;
    alikeSoFar = reader === wanted ? alikeSoFar + 1 : 1;
    wanted = reader;
    if (alikeSoFar < ALIKE_AT_LEAST) return true;
    needed = reader;
    alike = ALIKE;
    return true;
  }

  return (text, value) => {
    if (typeof value !== 'object' || value === null) return true;
    if (readers !== undefined) {
      if (needed === 'quick' && text.length - readers.quick(value) < room) return true;
      if (passes(text, value, readers)) return true;
    }
    least.chars = 0;
    least.members = 0;
    least.shortestKey = Infinity;
    addLeastText(value, least);
    compileFor(value);
    const hasRoom = text.length - least.chars >= least.shortestKey + MEMBER_CHARS;
    return least.members === 0 || !hasRoom || mostMembers(text) <= least.members;
  };
}

/** The maximum number of members in a JSON text: colons after a quote or white space, though some may be in strings. */
function mostMembers(text: string): number {
  let members = 0;
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) {
    const before = text.charCodeAt(at - 1);
    if (before === 0x22 || before <= BLANK) members += 1;
  }
  return members;
}
