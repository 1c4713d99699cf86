import type { SinkSupports } from './sink-cases/sink-bench.ts';
import type { SourceSupports } from './source-cases/source-bench.ts';

/**
 * Returns a line of Markdown that lists what a plugin supports, for its README. Test that the README contains the line.
 *
 * @param plugin the name that users write
 * @param supports the capabilities that the plugin's cases were made with
 * @example
 * supportsLine('s3Source', { pinned: true, listing: true, breaks: false, holds: false });
 * // Conformance of `s3Source`: `pinned`, `listing`; not `breaks`, `holds`.
 */
export function supportsLine(plugin: string, supports: SinkSupports | SourceSupports): string {
  const entries = Object.entries(supports) as readonly (readonly [string, boolean])[];
  const names = (wanted: boolean): string =>
    entries
      .filter(([, has]) => has === wanted)
      .map(([name]) => `\`${name}\``)
      .join(', ');
  const [has, lacks] = [names(true), names(false)];
  return `Conformance of \`${plugin}\`: ${has || 'none of the capabilities'}${lacks && has ? `; not ${lacks}` : ''}.`;
}
