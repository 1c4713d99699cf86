import { bytesTargets } from './bytes-targets.ts';
import { charsetTargets } from './charset-targets.ts';
import { rangesTargets } from './ranges-targets.ts';
import type { FuzzTarget } from './target.ts';
import { textTargets } from './text-targets.ts';
import { xmlAndLogTargets } from './xml-and-log-targets.ts';

/** Every codec and parser of the repository. */
export const TARGETS: readonly FuzzTarget[] = [
  ...bytesTargets,
  ...charsetTargets,
  ...textTargets,
  ...xmlAndLogTargets,
  ...rangesTargets,
];
