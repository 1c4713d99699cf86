import type { SinkSupports } from './sink-cases/sink-bench.ts';
import type { SourceSupports } from './source-cases/source-bench.ts';

/**
 * One line of Markdown that says what a plugin supports, for its README: ``Conformance of `s3Source`: `pinned`, `listing`; not
 * `breaks`, `holds`.`` A test that the README holds the line keeps the statement true.
 *
 * @param plugin the name that users write
 * @param supports the capabilities that the plugin's cases were made with
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
