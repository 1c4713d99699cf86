import { Buffer, isAscii } from 'node:buffer';
import type { ItemContext } from '@millrace/core';
import type { Located } from '@millrace/core/plugin';
import type { Candidate, DecodingStage } from './detection.ts';

/**
 * Chooses by the bytes alone, or throws a coded error.
 *
 * @param head the item's first bytes, or those from the first on that is no plain ASCII
 * @param whole whether they are all of the item
 */
export type Choose = (
  head: Uint8Array,
  whole: boolean,
  candidates: readonly Candidate[],
) => {
  readonly candidate: Candidate;
  /** Absent where it was not found out. */
  readonly confidence: number | undefined;
};

export interface DetectingOptions {
  readonly candidates: readonly Candidate[];
  readonly decodeBy: (candidate: Candidate) => DecodingStage;
  readonly context: ItemContext;
  readonly headBytes: number;
  readonly choose: Choose;
}

/**
 * Holds an item's head until the encoding can be chosen, and then decodes. Where the head is plain ASCII, it is decoded as
 * such, and so is what follows, up to the first byte that tells encodings apart; there the next head begins.
 *
 * What is looked at depends on the item's bytes alone, and not on how they were cut.
 */
export function startDetecting(options: DetectingOptions): Omit<DecodingStage, 'use'> {
  const { candidates, decodeBy, context, headBytes, choose } = options;
  let decoding: DecodingStage | undefined;
  let chosen = false;
  let plain: Candidate | undefined; // What decodes before the choice, once a whole head was plain.
  let held: Uint8Array[] = [];
  let heldBytes = 0;

  function take(candidate: Candidate, confidence: number | undefined): DecodingStage {
    chosen = true;
    context.note('encoding', `${candidate.name} ${confidence?.toFixed(2) ?? 'fallback'}`);
    decoding?.use(candidate);
    return (decoding ??= decodeBy(candidate));
  }

  /** Chooses by the head; or finds it to be plain, and chooses nothing yet. */
  function look(bytes: Uint8Array, whole: boolean): DecodingStage {
    const head = bytes.subarray(0, headBytes);
    if (isAllPlain(head)) {
      plain ??= candidates.find(extendsAscii);
      if (plain !== undefined) return whole ? take(plain, 1) : (decoding ??= decodeBy(plain));
    }
    const left = plain === undefined ? candidates : candidates.filter(extendsAscii);
    const { candidate, confidence } = choose(head, whole, left);
    return take(candidate, confidence);
  }

  function release(rest: Uint8Array): Uint8Array {
    const bytes = heldBytes === 0 ? rest : Buffer.concat([...held, rest]);
    held = [];
    heldBytes = 0;
    return bytes;
  }

  function* pushBeforeChoice(chunk: Uint8Array): Generator<Located<string>, void> {
    let rest = chunk;
    if (plain !== undefined && heldBytes === 0) {
      const at = isAllPlain(rest) ? -1 : rest.findIndex((byte) => !isPlain(byte));
      yield* decoding!.push(at === -1 ? rest : rest.subarray(0, at));
      if (at === -1) return;
      rest = rest.subarray(at);
    }
    if (heldBytes + rest.length < headBytes) {
      held.push(rest.slice());
      heldBytes += rest.length;
      return;
    }
    const bytes = release(rest);
    const stage = look(bytes, false);
    if (chosen) {
      yield* stage.push(bytes);
      return;
    }
    yield* stage.push(bytes.subarray(0, headBytes));
    if (bytes.length > headBytes) yield* pushBeforeChoice(bytes.subarray(headBytes));
  }

  return {
    push: (chunk) => (chosen ? decoding!.push(chunk) : pushBeforeChoice(chunk)),
    *end() {
      if (heldBytes > 0) {
        const bytes = release(new Uint8Array(0));
        yield* look(bytes, true).push(bytes);
      } else if (!chosen && plain !== undefined) take(plain, 1);
      if (decoding !== undefined) yield* decoding.end();
    },
  };
}

/** Zero, which UTF-16 has, escape, and two bytes that shift: all other bytes of ASCII stand for themselves. */
const TELLING: readonly number[] = [0x00, 0x0e, 0x0f, 0x1b];

function isPlain(byte: number): boolean {
  return byte < 0x80 && !TELLING.includes(byte);
}

/** The same of many bytes, by native search. */
function isAllPlain(bytes: Uint8Array): boolean {
  return isAscii(bytes) && !TELLING.some((byte) => bytes.includes(byte));
}

const PLAIN: Uint8Array = Uint8Array.from({ length: 0x80 }, (_, byte) => byte).filter(isPlain);

function extendsAscii({ charset }: Candidate): boolean {
  return charset.decode(PLAIN, true, () => {}).text === Buffer.from(PLAIN).toString('latin1');
}
