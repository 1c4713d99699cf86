import { MillraceError } from '@millrace/core';

const HEXADECIMAL = /^[\da-f]+$/;

/**
 * A sequencer in the form that DynamoDB can compare in a condition, as `compareSequencers` of core does: in lower case, and
 * without the zeros at its end, because a shorter one is as good as padded with them.
 *
 * @throws MillraceError `DYNAMODB_SEQUENCER_INVALID` where it is not hexadecimal: its order would be a guess
 */
export function comparableSequencer(sequencer: string): string {
  const text = sequencer.toLowerCase();
  if (!HEXADECIMAL.test(text)) {
    throw new MillraceError(
      'DYNAMODB_SEQUENCER_INVALID',
      `The ledger orders versions by hexadecimal sequencers, as S3 gives them; ${JSON.stringify(sequencer)} is none.`,
      { details: { sequencer } },
    );
  }
  let end = text.length;
  while (end > 1 && text[end - 1] === '0') end -= 1;
  return text.slice(0, end);
}
