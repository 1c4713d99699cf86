import assert from 'node:assert/strict';
import type { CharsetDecoder } from '@millrace/core';
import type { ConformanceCase } from '../conformance-case.ts';
import { cuttings } from '../cut.ts';
import { runStage } from './driven-stage.ts';

/** The offsets of text count the bytes that were received, whatever the chunks were. */
export function offsetsCase(
  create: () => CharsetDecoder,
  { name, input }: { readonly name: string; readonly input: Uint8Array },
  seed: number,
): ConformanceCase {
  return {
    name: `${name}: offsets count the bytes that were received`,
    clause: '3.10',
    run: async () => {
      const whole = await offsetsOf(create(), [input]);
      for (const { name: way, chunks } of cuttings(input, seed)) {
        assert.deepEqual(await offsetsOf(create(), chunks), whole, `Offsets differ for chunks cut ${way}.`);
      }
      const known = whole.filter((offset) => offset !== undefined);
      for (const [index, offset] of known.entries()) {
        assert.ok(offset >= (known[index - 1] ?? 0), `Offset ${offset} comes after ${known[index - 1]}.`);
        assert.ok(offset < input.length, `Offset ${offset} is not within ${input.length} bytes.`);
      }
    },
  };
}

/** The offset of each character of an input; what is inside a surrogate pair has none. */
async function offsetsOf(decoder: CharsetDecoder, chunks: readonly Uint8Array[]): Promise<(number | undefined)[]> {
  const { values, textPlace } = await runStage<Uint8Array, string>(decoder, chunks);
  return values.flatMap((text, at) => {
    let index = 0;
    return Array.from(text, (character) => {
      const offset = textPlace(at)?.byteOffset(index);
      index += character.length;
      return offset;
    });
  });
}
