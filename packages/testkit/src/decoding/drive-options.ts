import type { ItemOrigin } from '@millrace/core';

/** Options of {@link runParser}, {@link runDecoder} and {@link runRangeParser}. */
export interface DriveOptions {
  /** Name of the feed that the stage gets. @default 'test' */
  readonly feed?: string;
  /** The object that the stage gets. @default `memory:test` */
  readonly item?: ItemOrigin;
  /** The signal that the stage gets. @default a signal that never fires */
  readonly signal?: AbortSignal;
}
