import { drop, type Each, MillraceError } from '@millrace/core';
import { check, checkOptions } from '@millrace/core/plugin';
import type { Pair } from './parse-pairs.ts';

export interface KeepPrefixOptions {
  /** Pairs whose key does not begin with it are dropped. */
  readonly prefix: string;
}

/** Keeps the pairs of one prefix, and takes it off their keys. A key that is the prefix alone is rejected. */
export function keepPrefix(options: KeepPrefixOptions): Each<Pair, Pair> {
  checkOptions('keepPrefix', options, { prefix: check.text });
  const { prefix } = options;
  return Object.freeze<Each<Pair, Pair>>({
    kind: 'each',
    name: 'keepPrefix',
    apply: ({ key, value }) => {
      if (!key.startsWith(prefix)) return drop;
      if (key === prefix) throw new MillraceError('PAIR_KEY_EMPTY', `Nothing is left of ${key} without ${prefix}.`);
      return { key: key.slice(prefix.length), value };
    },
  });
}
