import { importsOf, isRelative, resolveRelative } from './syntax.ts';
import type { Files, Rule } from '../../tools/workspace.ts';

/** Modules in a circle can only be understood together. An import of types counts: a reader follows it too. */
export const noImportCycles: Rule = ({ files }) => {
  const checked = new Set<string>();
  const found: string[] = [];
  for (const path of files.keys()) {
    if (/^(packages\/[^/]+\/(src|test)|examples|tools|test)\/.*\.ts$/.test(path))
      visit(path, [], { files, checked, found });
  }
  return found;
};

interface Search {
  readonly files: Files;
  /** Files whose imports were followed to their ends. */
  readonly checked: Set<string>;
  readonly found: string[];
}

function visit(path: string, above: readonly string[], search: Search): void {
  const text = search.files.get(path);
  if (text === undefined || search.checked.has(path)) return;
  const start = above.indexOf(path);
  if (start >= 0) {
    const circle = [...above.slice(start), path].join(' → ');
    search.found.push(`${circle}: move what both need into a file of its own.`);
    return;
  }
  for (const { specifier } of importsOf(path, text)) {
    if (isRelative(specifier)) visit(resolveRelative(path, specifier), [...above, path], search);
  }
  search.checked.add(path);
}
