import { check } from '@millrace/core/plugin';
import type { FaultBase, FaultKind } from '../fault-kind.ts';

/** One byte of the answer's body arrives with all its bits inverted; the length stays. */
export interface FlipByte extends FaultBase {
  readonly kind: 'flipByte';
  /** Offset of the byte in the body, from 0. A shorter body arrives as it is. */
  readonly at: number;
}

export const flipByte: FaultKind<FlipByte> = {
  checks: () => ({ at: check.integer(0) }),
  inject: async ({ forward, relay, fired }, { at }) => {
    const answer = await forward();
    await relay(answer, flipped(answer, at, fired));
  },
};

async function* flipped(
  chunks: AsyncIterable<Buffer>,
  at: number,
  fired: () => void,
): AsyncGenerator<Buffer, void, undefined> {
  let offset = 0;
  for await (const chunk of chunks) {
    const index = at - offset;
    if (index >= 0 && index < chunk.length) {
      chunk[index]! ^= 0xff;
      fired();
    }
    offset += chunk.length;
    yield chunk;
  }
}
