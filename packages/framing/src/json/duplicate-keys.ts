/** A member that repeats a key: from the comma before it to its end. */
interface Repeated {
  readonly from: number;
  readonly to: number;
}

interface OpenObject {
  readonly keys: Set<string>;
  /** Where the member at hand begins: after the bracket, or at the comma before it. */
  from: number;
  /** Whether the member at hand repeats a key. */
  repeats: boolean;
}

const STRING_STOP = /["\\]/g;

/**
 * Finds the members of objects, at any depth, whose key the same object has before. Keys are compared as what they mean, so
 * `"\u0061"` is `"a"`. It takes a text that `JSON.parse` has taken.
 */
export function repeatedMembers(text: string): readonly Repeated[] {
  const found: Repeated[] = [];
  const open: OpenObject[] = [];
  let top: OpenObject | undefined;
  let key: readonly [number, number] | undefined;
  const endMember = (at: number): void => {
    if (top?.repeats === true) found.push({ from: top.from, to: at });
  };
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        key = [at, stringEnd(text, at)];
        at = key[1] - 1;
        break;
      case 0x3a: // :
        if (key !== undefined && top !== undefined) {
          const name = keyOf(text, key);
          top.repeats = top.keys.has(name);
          top.keys.add(name);
        }
        break;
      case 0x2c: // ,
        endMember(at);
        if (top !== undefined) Object.assign(top, { from: at, repeats: false });
        break;
      case 0x7b: // {
      case 0x5b: // [
        top = { keys: new Set(), from: at + 1, repeats: false };
        open.push(top);
        break;
      case 0x7d: // }
      case 0x5d: // ]
        endMember(at);
        open.pop();
        top = open.at(-1);
        break;
      default:
    }
  }
  return found;
}

function stringEnd(text: string, quote: number): number {
  STRING_STOP.lastIndex = quote + 1;
  for (let stop = STRING_STOP.exec(text); stop !== null; stop = STRING_STOP.exec(text)) {
    if (stop[0] === '"') return stop.index + 1;
    STRING_STOP.lastIndex = stop.index + 2;
  }
  return text.length;
}

function keyOf(text: string, [from, to]: readonly [number, number]): string {
  const raw = text.slice(from + 1, to - 1);
  return raw.includes('\\') ? (JSON.parse(text.slice(from, to)) as string) : raw;
}

/** Returns the text without the members that repeat a key. One within another goes with it. */
export function withoutRepeated(text: string, repeated: readonly Repeated[]): string {
  const ordered = repeated.toSorted((one, other) => one.from - other.from);
  let kept = '';
  let at = 0;
  for (const { from, to } of ordered) {
    if (from < at) continue;
    kept += text.slice(at, from);
    at = to;
  }
  return kept + text.slice(at);
}
