/** What one process measured. Times are those of the work alone, without the start of the process and its imports. */
export interface Measured {
  readonly records: number;
  readonly wallMs: number;
  /** User and system time of the process, its threads included. */
  readonly cpuMs: number;
  /** Resident memory with all modules loaded, after a first small object. */
  readonly idleBytes: number;
  readonly peakBytes: number;
}

/** What a process was asked to measure. */
export interface Order {
  /** URL of the module of the variant. */
  readonly module: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly job: import('./carrier.ts').Job;
  /** Keys from `prefix` + 0 + `suffix` on. */
  readonly keys: { readonly prefix: string; readonly suffix: string; readonly count: number };
  /** A first small object, whose time does not count. */
  readonly warmUpKey?: string;
}
