import type { OptionCheck } from '@millrace/core/plugin';
import type { Exchange } from './exchange.ts';
import type { FaultCall } from './fault-call.ts';

/** What every fault has beside its own options. */
export interface FaultBase {
  /** Times that it is injected; `Infinity` for always. @default 1 */
  readonly times?: number;
  /** Which calls it may meet. Called once per call, until `times` is reached. @default every call */
  readonly match?: (call: FaultCall) => boolean;
}

/** How one kind of fault is checked and carried out. Each is a file in `faults`. */
export interface FaultKind<F extends FaultBase> {
  /** Checks of the options that only this kind has. */
  readonly checks: () => { readonly [K in Exclude<keyof Required<F>, keyof FaultBase | 'kind'>]: OptionCheck };
  /** The service it belongs to, where it makes no sense for the other. */
  readonly service?: FaultCall['service'];
  /** The operation it belongs to, where it makes no sense for others. */
  readonly op?: string;
  /** Answers one call wrongly. */
  readonly inject: (exchange: Exchange, fault: F) => Promise<void>;
}
