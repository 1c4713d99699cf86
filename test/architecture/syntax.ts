import { dirname, join, normalize } from 'node:path/posix';
import ts from 'typescript';
import type { Files } from '../../tools/workspace.ts';

const parsed = new Map<string, ts.SourceFile>();

/** The syntax tree of a file. Rules that read the same text share it. */
export function parse(path: string, text: string): ts.SourceFile {
  const key = `${path}\0${text}`;
  let tree = parsed.get(key);
  if (tree === undefined) {
    tree = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
    parsed.set(key, tree);
  }
  return tree;
}

/** `path:line` of a node. */
export function placeOf(node: ts.Node): string {
  const tree = node.getSourceFile();
  return `${tree.fileName}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

/** Calls `visit` for a node and everything below it. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

export interface Import {
  readonly specifier: string;
  readonly place: string;
  /** It is erased from the emitted code: `import type`, or every name of it is a type. */
  readonly typeOnly: boolean;
  /** `import 'x'`: nothing is taken, so it can only be for its effect. */
  readonly bare: boolean;
  /** It runs when the module is loaded, unlike `import()` and `require()`. */
  readonly atLoad: boolean;
}

/** Every import, re-export, `import()`, `require()` and `import type` expression of a file. */
export function importsOf(path: string, text: string): readonly Import[] {
  const found: Import[] = [];
  walk(parse(path, text), (node) => {
    const add = (specifier: ts.Node | undefined, kind: Omit<Import, 'specifier' | 'place'>): void => {
      if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
      found.push({ specifier: specifier.text, place: placeOf(node), ...kind });
    };
    if (ts.isImportDeclaration(node)) {
      const bare = node.importClause === undefined;
      add(node.moduleSpecifier, { typeOnly: !bare && erased(node.importClause), bare, atLoad: true });
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, { typeOnly: erased(node), bare: false, atLoad: true });
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, { typeOnly: true, bare: false, atLoad: false });
    } else if (ts.isCallExpression(node) && isLoader(node.expression)) {
      add(node.arguments[0], { typeOnly: false, bare: false, atLoad: false });
    }
  });
  return found;
}

function isLoader(callee: ts.Expression): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');
}

function erased(clause: ts.ImportClause | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(clause) ? clause.isTypeOnly : clause.phaseModifier === ts.SyntaxKind.TypeKeyword)
    return true;
  if (ts.isImportClause(clause) && clause.name !== undefined) return false;
  const names = ts.isImportClause(clause) ? clause.namedBindings : clause.exportClause;
  if (names === undefined || !(ts.isNamedImports(names) || ts.isNamedExports(names))) return false;
  return names.elements.length > 0 && names.elements.every((element) => element.isTypeOnly);
}

export function isRelative(specifier: string): boolean {
  return specifier.startsWith('.');
}

/** The package that a specifier names: `@scope/name` of `@scope/name/sub`, `name` of `name/sub`. */
export function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** The file that a relative import means. */
export function resolveRelative(from: string, specifier: string): string {
  return normalize(join(dirname(from), specifier));
}

/** The files that loading `entry` loads, itself first. What only `import()` or another process loads is not among them. */
export function loadedWith(entry: string, files: Files): ReadonlySet<string> {
  const loaded = new Set<string>();
  const visit = (path: string): void => {
    const text = files.get(path);
    if (text === undefined || loaded.has(path)) return;
    loaded.add(path);
    for (const one of importsOf(path, text)) {
      if (isRelative(one.specifier) && one.atLoad && !one.typeOnly) visit(resolveRelative(path, one.specifier));
    }
  };
  visit(entry);
  return loaded;
}
