import type { FeedStages } from './feed.ts';

/** Deeper members of options do not count: nothing that decides how records are cut lies there. */
const MAX_DEPTH = 8;

/**
 * Makes a text of a stage's options that is the same in every process and differs if the stage may read otherwise: for
 * `signature` of decoders, parsers and transforms. For plugin authors.
 *
 * Functions count by their source text, so a new build may change it; the object that was under way then starts over, under
 * the same keys. Objects that are not plain, such as clients, count by the name of their class.
 *
 * @example
 * return Object.freeze({ kind: 'parser', name: 'parsePipes', signature: signatureOf(options), … });
 */
export function signatureOf(options: unknown): string {
  return textOf(options, MAX_DEPTH);
}

/**
 * Identifies how a feed reads objects into records, for the ledger: the names and signatures of its stages, and how the sink
 * groups records. A stage without a signature counts by its name.
 */
export function pipelineSignature<Ref>({ decoders, parser, eaches, sink }: FeedStages<Ref>): string {
  const stages = [...decoders, parser, ...eaches].map(({ name, signature }) => `${name}(${signature ?? ''})`);
  return digest([...stages, `${sink.name}/${sink.group ?? 1}`].join('\n'));
}

function textOf(value: unknown, depth: number): string {
  if (typeof value === 'function') return `f:${String(value)}`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return value === undefined ? '' : (JSON.stringify(value) ?? '');
  if (value instanceof RegExp) return `r:${String(value)}`;
  if (depth === 0) return '…';
  if (Array.isArray(value)) return `[${value.map((one) => textOf(one, depth - 1)).join()}]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return `c:${value.constructor.name}`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  // The order of columns counts, and that of options does no harm: a feed's source keeps it.
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${textOf(member, depth - 1)}`).join()}}`;
}

/** Two 32-bit FNV-1a hashes of a text. It tells pipelines apart; it protects from nobody. */
function digest(text: string): string {
  return fnv(text, 0x811c9dc5) + fnv(text, 0x9747b28c);
}

function fnv(text: string, seed: number): string {
  let hash = seed;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
