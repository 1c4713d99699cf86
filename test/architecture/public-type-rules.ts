import ts from 'typescript';
import { entryFiles, exportedNames } from './entry-points.ts';
import { isRelative, packageOf, parse, placeOf, resolveRelative } from './syntax.ts';
import type { Files, Rule } from '../../tools/workspace.ts';

/** A consumer must have every package whose types it is shown, so they come from core and from declared peers. */
export const publicTypesNameNoForeignVendor: Rule = ({ packages }) =>
  packages.flatMap((one) => {
    const { id, manifest, sources } = one;
    const known = new Set([
      ...Object.keys(manifest.peerDependencies ?? {}),
      ...(id === 'core' ? [] : ['@millrace/core']),
    ]);
    const foreign = entryFiles(one).flatMap((entry) => publicTypes(entry, sources).foreign);
    return foreign.flatMap(({ specifier, place }) => {
      const target = packageOf(specifier);
      if (known.has(target) || (id !== 'core' && target.startsWith('node:'))) return [];
      return [
        `${place} shows a type of ${target} in the public API; declare the part that is needed as a type of our own.`,
      ];
    });
  });

export const publicTypesHoldNoAny: Rule = ({ packages }) =>
  packages.flatMap((one) =>
    entryFiles(one)
      .flatMap((entry) => publicTypes(entry, one.sources).anys)
      .map((place) => `${place} has \`any\` in a public signature; write the type, or \`unknown\`.`),
  );

interface PublicTypes {
  /** Types that come from another package, where they are mentioned. */
  readonly foreign: readonly { readonly specifier: string; readonly place: string }[];
  readonly anys: readonly string[];
}

/**
 * Follows the names that an entry point exports to their declarations, and from there to every type that these mention.
 * Syntax is enough: `isolatedDeclarations` makes exported things spell their types out.
 */
function publicTypes(entry: string, files: Files): PublicTypes {
  const foreign: { specifier: string; place: string }[] = [];
  const anys: string[] = [];
  const seen = new Set<ts.Node>();

  const followName = (path: string, name: string): void => {
    const text = files.get(path);
    if (text === undefined) return;
    for (const found of lookUp(parse(path, text), name)) {
      if (!('specifier' in found)) visit(found.node);
      else if (isRelative(found.specifier)) followName(resolveRelative(path, found.specifier), found.name);
      else foreign.push({ specifier: found.specifier, place: found.place });
    }
  };

  const visit = (node: ts.Node): void => {
    if (seen.has(node) || isHidden(node)) return;
    seen.add(node);
    if (node.kind === ts.SyntaxKind.AnyKeyword) anys.push(placeOf(node));
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
      foreign.push({ specifier: node.argument.literal.text, place: placeOf(node) });
    }
    if (ts.isIdentifier(node)) followName(node.getSourceFile().fileName, node.text);
    ts.forEachChild(node, (child) => {
      if (!isImplementation(node, child) && !isMemberName(node, child)) visit(child);
    });
  };

  for (const { name } of exportedNames(parse(entry, files.get(entry) ?? ''))) followName(entry, name);
  return { foreign, anys };
}

type Found = { readonly node: ts.Node } | { readonly specifier: string; readonly name: string; readonly place: string };

/** What a name means at the top level of a file: its declarations, or where it is imported from. */
function lookUp(tree: ts.SourceFile, name: string): readonly Found[] {
  return tree.statements.flatMap((statement): readonly Found[] => {
    if (ts.isVariableStatement(statement)) {
      const all = statement.declarationList.declarations;
      return all.filter((one) => one.name.getText() === name).map((node) => ({ node }));
    }
    if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) return lookUpImport(statement, name);
    return 'name' in statement && (statement.name as ts.Node).getText() === name ? [{ node: statement }] : [];
  });
}

function lookUpImport(statement: ts.ImportDeclaration | ts.ExportDeclaration, name: string): readonly Found[] {
  if (statement.moduleSpecifier === undefined || !ts.isStringLiteral(statement.moduleSpecifier)) return [];
  const specifier = statement.moduleSpecifier.text;
  const place = placeOf(statement);
  const names = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : statement.exportClause;
  const fallback = ts.isImportDeclaration(statement) ? statement.importClause?.name : undefined;
  if (fallback?.text === name) return [{ specifier, name: 'default', place }];
  if (names === undefined) return [];
  if (ts.isNamespaceImport(names) || ts.isNamespaceExport(names)) {
    return names.name.text === name ? [{ specifier, name: '*', place }] : [];
  }
  return [...names.elements]
    .filter((element) => element.name.text === name)
    .map((element) => ({ specifier, name: (element.propertyName ?? element.name).text, place }));
}

/** `private` and `#private` members are not in the declarations that consumers see. */
function isHidden(node: ts.Node): boolean {
  if (!ts.isClassElement(node)) return false;
  const isPrivate =
    ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);
  return isPrivate === true || (node.name !== undefined && ts.isPrivateIdentifier(node.name));
}

/** Bodies, and initialisers beside a written type, do not reach the declarations either. */
function isImplementation(parent: ts.Node, child: ts.Node): boolean {
  if (ts.isFunctionLike(parent)) return 'body' in parent && parent.body === child;
  const valued = ts.isVariableDeclaration(parent) || ts.isPropertyDeclaration(parent) || ts.isParameter(parent);
  return valued && parent.initializer === child && parent.type !== undefined;
}

/** The name of a member or parameter is not a mention of the type that happens to be called the same. */
function isMemberName(parent: ts.Node, child: ts.Node): boolean {
  if (!ts.isIdentifier(child)) return false;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === child;
  if (ts.isQualifiedName(parent)) return parent.right === child;
  return (ts.isTypeElement(parent) || ts.isClassElement(parent) || ts.isParameter(parent)) && parent.name === child;
}
