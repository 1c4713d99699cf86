import { gzipSync } from 'node:zlib';
import type { Random } from './random.ts';
import { type NaturalIds, repeatingIds } from './repeating-ids.ts';

/** A record as it is in a sample object. */
export interface SampleRecord {
  /** Its number in the object; with natural keys, the key: then several records have it. */
  readonly id: number;
  readonly name: string;
  readonly amount: number;
  readonly text: string;
  readonly tags: readonly string[];
  /** The feed leaves it out. */
  readonly skip?: boolean;
}

/** What has to become of one ordinal of an object. */
export type Fate =
  | { readonly kind: 'written'; readonly record: SampleRecord }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'rejected'; readonly code: string; readonly raw: string; readonly line: number };

export interface SampleObjectOptions {
  /** Whether the object is compressed. @default at random */
  readonly gzipped?: boolean | undefined;
  /** Ids of the records, as natural keys. @default the record's number */
  readonly ids?: NaturalIds | undefined;
}

export interface SampleObject {
  readonly body: Buffer;
  readonly gzipped: boolean;
  /** By ordinal. */
  readonly fates: readonly Fate[];
}

/** DynamoDB takes items of 400 KB at most. */
const OVERSIZE = 'x'.repeat(410_000);
const WORDS = ['wheat', 'rye', 'Spelt', 'Öl', 'naïve', '価格', 'flour 😀', '"quoted"', 'tab\there', 'back\\slash', ''];

/**
 * Makes an NDJSON object of 0 to 5,000 records, mostly few. Some have blank lines, lines that are not JSON, records that the
 * feed leaves out, or a record that is too large for DynamoDB.
 */
export function sampleObject(random: Random, options: SampleObjectOptions = {}): SampleObject {
  const size = random.pick([0, 1, random.int(2, 60), random.int(20, 300), random.int(20, 300), random.int(300, 1200)]);
  // Some do not fit into the buffers on the way: what is wrong at their end is known only once records were written.
  const noisy = random.chance(0.06);
  const records = noisy || random.chance(0.02) ? random.int(1200, 5000) : size;
  const bad = random.chance(0.4) ? random.pick([0.01, 0.05]) : 0;
  const dropped = random.chance(0.3) ? 0.05 : 0;
  // With natural keys, a record that is refused must leave the row of an earlier one of its key.
  const oversizeAt = random.chance(options.ids === undefined ? 0.06 : 0.2)
    ? random.int(0, Math.max(0, records - 1))
    : -1;
  const wordy = random.chance(0.3) ? 30 : 3;
  const noise = (): string => Array.from({ length: 20 }, () => random.int(0, 2 ** 32 - 1).toString(36)).join('');
  const lines: string[] = [];
  const fates: Fate[] = [];
  const idOf = options.ids === undefined ? (number: number) => number : repeatingIds(random, options.ids);
  for (let number = 0; number < records; number += 1) {
    const id = idOf(number);
    if (random.chance(0.01)) lines.push('');
    const words = (): string => Array.from({ length: random.int(0, wordy) }, () => random.pick(WORDS)).join(' ');
    const record: SampleRecord = {
      id,
      name: `${random.pick(WORDS)} ${number}`,
      amount: random.int(-100_000, 100_000) / 4,
      text: number === oversizeAt ? OVERSIZE : noisy ? noise() : words(),
      tags: Array.from({ length: random.int(0, 3) }, () => random.pick(WORDS)),
      ...(random.chance(dropped) && { skip: true }),
    };
    const json = JSON.stringify(record);
    const line = lines.length + 1;
    if (random.chance(bad)) {
      // Half a surrogate pair would be written as another character.
      const raw = json.slice(0, random.int(1, json.length - 1)).toWellFormed();
      lines.push(raw);
      fates.push({ kind: 'rejected', code: 'NDJSON_INVALID', raw, line });
      continue;
    }
    lines.push(json);
    if (record.skip === true) fates.push({ kind: 'dropped' });
    else if (number === oversizeAt) fates.push({ kind: 'rejected', code: 'DYNAMODB_ITEM_TOO_LARGE', raw: json, line });
    else fates.push({ kind: 'written', record });
  }
  const text = Buffer.from(lines.join('\n') + (lines.length > 0 && random.chance(0.8) ? '\n' : ''));
  const gzipped = options.gzipped ?? random.chance(0.7);
  return { body: gzipped ? compressed(text, random) : text, gzipped, fates };
}

/** One member, or two: suppliers append. */
function compressed(text: Buffer, random: Random): Buffer {
  if (!random.chance(0.2)) return gzipSync(text);
  const cut = random.int(0, text.length);
  return Buffer.concat([gzipSync(text.subarray(0, cut)), gzipSync(text.subarray(cut))]);
}
