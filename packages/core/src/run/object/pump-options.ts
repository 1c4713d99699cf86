import type { ReadItem } from '../read/item-blocks.ts';
import type { RunScope } from '../run-scope.ts';
import type { Contexts } from './contexts.ts';
import type { ObjectState } from './object-state.ts';

/** What the reading and writing of one opened object share. */
export interface PumpOptions<Ref> {
  readonly scope: RunScope<Ref>;
  readonly item: ReadItem;
  readonly state: ObjectState;
  readonly contexts: Contexts;
  /** Markers of rejected records that the codec has made and that were not met in a block yet; mostly none. */
  readonly markers: { outstanding: number };
  readonly progressed: () => void;
  /** To be called once this object's last records are with the mixer, where there is one. */
  readonly tailBrought: (() => void) | undefined;
}
