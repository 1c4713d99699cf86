const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
// oxlint-disable-next-line no-control-regex -- control characters are what a string must not hold
const STRING_END = /["\\\u0000-\u001f]/g;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/** What may come next: a value, a value or the end of an array, a name, a name or the end of an object, a colon, … */
type Wanted = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'comma';

/**
 * Says where a text that `JSON.parse` has refused breaks the rules, without quoting it as the message of `JSON.parse` does:
 * `character 9 is unexpected`, or `it ends too early`.
 */
export function jsonFault(text: string): string {
  const at = faultAt(text);
  return at >= text.length ? 'it ends too early' : `character ${at + 1} is unexpected`;
}

/** Index of the first character that no JSON value can have there; the length if the text ends too early. */
function faultAt(text: string): number {
  const open: ('[' | '{')[] = [];
  let wanted: Wanted = 'value';
  let at = 0;
  for (;;) {
    at = matchEnd(SPACE, text, at);
    const char = text[at];
    if (char === undefined) return at;
    const top = open.at(-1);
    const isEnd = char === (top === '[' ? ']' : '}');
    if (top !== undefined && isEnd && (wanted === 'comma' || wanted === 'value or ]' || wanted === 'name or }')) {
      open.pop();
      wanted = 'comma';
      at += 1;
    } else if (wanted === 'value' || wanted === 'value or ]') {
      if (char === '[' || char === '{') {
        open.push(char);
        wanted = char === '[' ? 'value or ]' : 'name or }';
        at += 1;
        continue;
      }
      const end = scalarEnd(text, at);
      if (end < 0) return -end - 1;
      at = end;
      wanted = 'comma';
    } else if (wanted === 'comma') {
      if (char !== ',' || top === undefined) return at;
      wanted = top === '[' ? 'value' : 'name';
      at += 1;
    } else if (wanted === 'colon') {
      if (char !== ':') return at;
      wanted = 'value';
      at += 1;
    } else {
      if (char !== '"') return at;
      const end = stringEnd(text, at);
      if (end < 0) return -end - 1;
      at = end;
      wanted = 'colon';
    }
  }
}

/** The index after a text, number or word; for a fault at index n, -n - 1. */
function scalarEnd(text: string, at: number): number {
  if (text[at] === '"') return stringEnd(text, at);
  const end = Math.max(matchEnd(NUMBER, text, at), matchEnd(WORD, text, at));
  return end === at ? -at - 1 : end;
}

function stringEnd(text: string, at: number): number {
  for (let from = at + 1; ;) {
    STRING_END.lastIndex = from;
    const stop = STRING_END.exec(text)?.index ?? text.length;
    if (text[stop] === '"') return stop + 1;
    if (text[stop] !== '\\') return -stop - 1;
    const end = matchEnd(ESCAPE, text, stop);
    if (end === stop) return -stop - 1;
    from = end;
  }
}

/** Where a match that begins at `at` ends; `at` if there is none. */
function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
