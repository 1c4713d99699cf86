import type { ObjectFormat } from '../stub-aws/object-spec.ts';

/** What a variant is to do. All variants of a row get the same. */
export interface Job {
  readonly bucket: string;
  readonly table: string;
  readonly feed: string;
  readonly format: ObjectFormat;
  readonly charset: string;
  readonly gzipped: boolean;
  /** Write requests in flight. */
  readonly inFlight: number;
  /** Objects at once. */
  readonly itemsAtOnce: number;
}

/** One way to carry objects, with its clients made and nothing done yet. */
export interface Carrier {
  /** Carries the objects with these keys, or paths where the job has no bucket, and answers how many records they had. */
  readonly carry: (keys: readonly string[]) => Promise<number>;
  readonly close?: () => void | Promise<void>;
}

/** What the module of a variant exports as `open`. `options` are the variant's own. */
export type OpenCarrier = (job: Job, options: Readonly<Record<string, unknown>>) => Promise<Carrier> | Carrier;

/** Thrown by `open` where a variant cannot run here, with the reason as its message. */
export class VariantAbsent extends Error {
  override readonly name = 'VariantAbsent';
}
