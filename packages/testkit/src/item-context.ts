import type { ItemContext, ItemOrigin } from '@millrace/core';
import type { Context } from '@millrace/core/plugin';

/** What the cases hand to a source or a sink, as the runner does. */
export function caseContext(signal: AbortSignal = new AbortController().signal, run = 'run 1'): Context {
  return { feed: 'cases', run, stage: 'cases', signal, count: () => {} };
}

export function caseItemContext(item: ItemOrigin, signal?: AbortSignal, run?: string): ItemContext {
  return { ...caseContext(signal, run), item, note: () => {} };
}
