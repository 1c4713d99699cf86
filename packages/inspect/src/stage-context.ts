import type { ItemContext } from '@millrace/core';
import { type ParserContext, rejected } from '@millrace/core/plugin';

/** The context with which stages of a feed are run on a sample. */
export interface StageContext extends ParserContext {
  readonly notes: Readonly<Record<string, string>>;
}

export function stageContext(name: string, signal: AbortSignal): StageContext {
  const notes: Record<string, string> = {};
  const item: ItemContext['item'] = { id: name, uri: name };
  return {
    feed: 'inspect',
    run: 'inspect',
    stage: 'inspect',
    signal,
    item,
    count: () => {},
    note: (key, text) => {
      notes[key] = text;
    },
    reject: rejected,
    notes,
  };
}
