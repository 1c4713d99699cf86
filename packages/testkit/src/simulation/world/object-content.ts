/** What an object holds: lines of JSON, some of them bad on purpose. */
export interface ObjectContent {
  /** Name of the object; its key in the bucket is `in/NAME`. */
  readonly object: string;
  /** Distinguishes contents of one object. */
  readonly version: number;
  readonly lines: number;
  /** Natural keys that the lines share: line `n` has key `n % keys`. */
  readonly keys: number;
  /** Lines that are not JSON. */
  readonly broken: readonly number[];
  /** Lines that a strict schema refuses and a lenient one takes. */
  readonly odd: readonly number[];
  /** Makes the destination refuse every write that holds a record of it. */
  readonly poison?: boolean;
}

/** A record as its line has it. */
export interface LineRecord {
  readonly id: string;
  readonly object: string;
  readonly version: number;
  readonly line: number;
  readonly odd?: true;
  readonly poison?: true;
}

export function keyOfObject(object: string): string {
  return `in/${object}`;
}

/** The record of a line, or `undefined` if the line is broken. */
export function lineRecord(
  { object, version, keys, broken, odd, poison }: ObjectContent,
  line: number,
): LineRecord | undefined {
  if (broken.includes(line)) return undefined;
  return {
    id: `${object}-${line % keys}`,
    object,
    version,
    line,
    ...(odd.includes(line) && { odd: true as const }),
    ...(poison === true && { poison: true as const }),
  };
}

/** The content as bytes, a line of JSON for each record. */
export function contentBytes(content: ObjectContent): Uint8Array {
  const lines = Array.from({ length: content.lines }, (_, line) => {
    const record = lineRecord(content, line);
    return record === undefined
      ? `{"id": "${content.object}-${line}", broken ${content.version}`
      : JSON.stringify(record);
  });
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
}
