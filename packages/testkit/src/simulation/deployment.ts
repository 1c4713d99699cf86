import type { Ledger, ReadableQuarantine, RunReport } from '@millrace/core';
import type { Chance } from './chance.ts';
import type { SdkRequestHandler } from './wire/http.ts';
import type { Handler } from './world/lambda.ts';
import type { ObjectContent } from './world/object-content.ts';
import type { TableItem } from './world/table.ts';
import type { Scenario } from './world-event.ts';

/** What a process of the simulated system is given: its own connections to everything. */
export interface ProcessHandles {
  /** For `new S3Client({ requestHandler })`. */
  readonly s3: SdkRequestHandler;
  /** For `new DynamoDBClient({ requestHandler })`. */
  readonly table: SdkRequestHandler;
  readonly ledger: Ledger;
  readonly quarantine: ReadableQuarantine;
  readonly bucket: string;
  /** Sends a message to the queue, for `continueWith`. */
  readonly sendMessage: (body: string) => Promise<void>;
  /** Which variant of the feed this process runs. */
  readonly variant: number;
  readonly options: Scenario['settings']['options'];
}

/** What a process runs. */
export interface Program {
  /** Called by Lambda. */
  readonly handler: Handler;
  /** Processes everything that a listing shows, as a person does at a terminal. */
  readonly run: () => Promise<RunReport>;
  /** Processes what the ledger says is left to do. */
  readonly reconcile: () => Promise<RunReport>;
  /** Replays what is in the quarantine. */
  readonly replay: () => Promise<unknown>;
  /** Purges the rows of earlier versions. @default the deployment has no such program */
  readonly purge?: (objects: readonly string[]) => Promise<unknown>;
}

/** What one record of an object must become. */
export interface ExpectedRecord {
  /** Identity to a reader of the table. Records with one key overwrite each other, in order. */
  readonly key: string;
  /** The record as text. */
  readonly value: string;
}

/** What the table must show of an object's content, and what the quarantine. */
export interface Expected {
  /** In file order. */
  readonly delivered: readonly ExpectedRecord[];
  /** Ordinals of records that are rejected. */
  readonly rejected: readonly number[];
  /** Records that the parser emits. */
  readonly read: number;
  /** Whether such an object must never be complete, because it is not what the feed expects. @default false */
  readonly isUnexpected?: boolean;
}

/** The system under simulation: real feeds and handlers, and what they are expected to do. */
export interface Deployment {
  readonly name: string;
  /**
   * Called once, before the first history and in real time: what reads files or loads modules at first use must do so here,
   * as the AWS SDK's clients do, because a simulation does not wait for the machine.
   */
  readonly prepare?: () => Promise<void>;
  /** Starts the program in a new process. */
  readonly start: (handles: ProcessHandles) => Program;
  /** What the feed must make of a content. `position` counts the writes of its object. */
  readonly expect: (content: ObjectContent, variant: number, options: Scenario['settings']['options']) => Expected;
  /** Reads an item of the table: one record, or several of a pack. */
  readonly read: (
    item: TableItem,
    options: Scenario['settings']['options'],
  ) => readonly ExpectedRecord[] | Promise<readonly ExpectedRecord[]>;
  /** Draws settings and events. */
  readonly scenario: (seed: string, chance: Chance) => Scenario;
}
