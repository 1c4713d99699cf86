import type { Rejection } from '@millrace/core';
import type { VersionRecord } from '@millrace/core/plugin';
import type { Ending } from './time/scheduler.ts';
import type { ObjectContent } from './world/object-content.ts';
import type { Message } from './world/queue.ts';
import type { TableItem } from './world/table.ts';
import type { Scenario } from './world-event.ts';

/** An object was written. */
export interface PutRecord {
  readonly at: number;
  readonly content: ObjectContent;
  readonly versionId: string;
  readonly md5: string;
  /** Whether any event reported it. */
  readonly noticed: boolean;
}

/** The ledger took an object's version for complete. */
export interface Completion {
  readonly at: number;
  readonly by: string;
  readonly variant: number;
  readonly version: VersionRecord;
  /** What the table held then. */
  readonly items: readonly TableItem[];
}

/** What happened, as the oracle judges it. */
export interface History {
  readonly scenario: Scenario;
  readonly ending: Ending;
  readonly puts: readonly PutRecord[];
  /** Objects that were removed and not written again. */
  readonly removed: ReadonlySet<string>;
  readonly completions: readonly Completion[];
  /** Variants of the feed by the run that used them. */
  readonly items: readonly TableItem[];
  readonly versions: readonly VersionRecord[];
  readonly rejections: readonly Rejection[];
  /** Messages that nobody could process, though all faults were over. */
  readonly dead: readonly Message[];
  /** What no code caught. */
  readonly uncaught: readonly string[];
  readonly digest: string;
  readonly events: number;
  readonly lines: readonly string[];
}
