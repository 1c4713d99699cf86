import ts from 'typescript';
import { parse } from './syntax.ts';
import type { WorkspacePackage } from '../../tools/workspace.ts';

/** A name that an entry point exports. */
export interface ExportedName {
  readonly name: string;
  /** It is erased from the emitted code. */
  readonly typeOnly: boolean;
}

/** Lists the source file of each entry point of a package, such as `packages/core/src/plugin.ts`, by the entry's specifier. */
export function entryPoints({ dir, id, manifest }: WorkspacePackage): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [entry, target] of Object.entries(manifest.exports ?? { '.': './src/index.ts' })) {
    const source = typeof target === 'string' ? target : (target as Record<string, unknown>)['@millrace/source'];
    if (typeof source !== 'string' || !source.endsWith('.ts')) continue;
    found.set(`@millrace/${id}${entry.slice('.'.length)}`, `${dir}/${source.slice('./'.length)}`);
  }
  return found;
}

/** Lists the source files of a package's entry points. */
export function entryFiles(one: WorkspacePackage): readonly string[] {
  return [...entryPoints(one).values()];
}

/** Lists what a file exports. Entry points list every name, so syntax is enough. */
export function exportedNames(tree: ts.SourceFile): readonly ExportedName[] {
  return tree.statements.flatMap((statement): readonly ExportedName[] => {
    if (
      ts.isExportDeclaration(statement) &&
      statement.exportClause !== undefined &&
      ts.isNamedExports(statement.exportClause)
    ) {
      return statement.exportClause.elements.map((element) => ({
        name: element.name.text,
        typeOnly: statement.isTypeOnly || element.isTypeOnly,
      }));
    }
    const exported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (exported !== true) return [];
    const typeOnly = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
    if (!ts.isVariableStatement(statement)) {
      return 'name' in statement ? [{ name: (statement.name as ts.Node).getText(), typeOnly }] : [];
    }
    return statement.declarationList.declarations.map((one) => ({ name: one.name.getText(), typeOnly: false }));
  });
}

/** Lists the exports of a package as `exports.txt` keeps them: entry points in their order, names sorted, values first. */
export function exportList(one: WorkspacePackage): string {
  const lists = [...entryPoints(one)].map(([specifier, path]) => {
    const names = exportedNames(parse(path, one.sources.get(path) ?? ''));
    const lines = (typeOnly: boolean): string[] =>
      names
        .filter((found) => found.typeOnly === typeOnly)
        .map(({ name }) => `  ${typeOnly ? 'type ' : ''}${name}\n`)
        .toSorted();
    return [`${specifier}\n`, ...lines(false), ...lines(true)].join('');
  });
  return lists.join('\n');
}
