import type { Feed } from '@millrace/core';
import type { KeyNames } from './key-identity.ts';
import type { PackOptions } from './pack/pack-options.ts';

/** Settings of a `dynamodbSink` about its items, for `plan`. */
export interface SinkSettings {
  readonly keys: KeyNames;
  readonly allowUnsafe: boolean;
  readonly pack: PackOptions | undefined;
}

const SETTINGS: unique symbol = Symbol.for('@millrace/dynamodb/settings');

/** The member that carries a sink's settings. */
export function withSettings(settings: SinkSettings): { readonly [SETTINGS]: SinkSettings } {
  return { [SETTINGS]: settings };
}

/** `undefined` where the feed ends in another sink. */
export function settingsOf<Ref>(feed: Feed<Ref>): SinkSettings | undefined {
  return (feed.stages.sink as { readonly [SETTINGS]?: SinkSettings })[SETTINGS];
}
