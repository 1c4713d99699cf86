import type { SinkSupports } from './sink-cases/sink-bench.ts';
import type { SourceSupports } from './source-cases/source-bench.ts';

/**
 * One line of Markdown that says what a plugin supports, for its README: ``Conformance of `s3Source`: supports `pinned`; …``
 * A test that the README holds the line keeps the statement true: `readme.includes(supportsLine('s3Source', supports))`.
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
      .join(', ') || 'nothing';
  return `Conformance of \`${plugin}\`: supports ${names(true)}; does not support ${names(false)}.`;
}
