import { decodeText } from '@millrace/encoding';
import { isLocated } from '@millrace/core/plugin';
import { stageContext } from '../stage-context.ts';

/** Characters that are looked at, at most. */
const MOST_CHARS = 2 * 1024 * 1024;

export interface DecodedSample {
  readonly text: string;
  /** Byte sequences that are not characters, or the replacement character itself. */
  readonly replaced: number;
  readonly complete: boolean;
}

/** Decodes a sample as `decodeText` does in a feed; what is not valid becomes U+FFFD. */
export async function decodeSample(
  bytes: Uint8Array,
  charset: string,
  complete: boolean,
  signal: AbortSignal,
): Promise<DecodedSample> {
  let replaced = 0;
  const context = { ...stageContext('sample', signal), count: (_: string, by = 1) => void (replaced += by) };
  const stage = decodeText(charset, { onInvalid: 'replace', content: 'any' }).start(context);
  const parts: string[] = [];
  for await (const output of stage.push(bytes)) parts.push(isLocated(output) ? String(output.chunk) : output);
  if (complete && stage.end !== undefined)
    for await (const output of stage.end()) parts.push(isLocated(output) ? String(output.chunk) : output);
  await stage.close?.();
  const text = parts.join('').replace(/^\uFEFF/, '');
  return { text: text.slice(0, MOST_CHARS), replaced, complete: complete && text.length <= MOST_CHARS };
}
