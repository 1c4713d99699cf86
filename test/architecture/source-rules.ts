import ts from 'typescript';
import { entryFiles } from './entry-points.ts';
import { importsOf, loadedWith, parse, placeOf, walk } from './syntax.ts';
import type { Rule } from '../../tools/workspace.ts';

/** One concept a file: about 80 lines is usual. */
const MOST_LINES = 300;

export const filesStaySmall: Rule = ({ files }) =>
  [...files]
    .filter(([path]) => /^(packages\/[^/]+\/src|examples|tools|test)\/.*\.ts$/.test(path))
    .map(([path, text]) => [path, text.trimEnd().split('\n').length] as const)
    .filter(([, lines]) => lines > MOST_LINES)
    .map(
      ([path, lines]) =>
        `${path} has ${lines} lines; ${MOST_LINES} is the ceiling. Give its second concept a file of its own.`,
    );

export const indexListsEveryExport: Rule = ({ packages }) =>
  packages.flatMap(({ sources }) =>
    [...sources].flatMap(([path, text]) =>
      parse(path, text).statements.flatMap((statement) => {
        if (ts.isExportAssignment(statement) || isDefaultExport(statement)) {
          return [`${placeOf(statement)} exports a default; give it a name.`];
        }
        if (ts.isExportDeclaration(statement) && !isNamedExport(statement)) {
          return [
            `${placeOf(statement)} exports everything of a module; list the names, so that the API is what someone chose.`,
          ];
        }
        return [];
      }),
    ),
  );

function isNamedExport({ exportClause }: ts.ExportDeclaration): boolean {
  return exportClause !== undefined && ts.isNamedExports(exportClause);
}

function isDefaultExport(statement: ts.Statement): boolean {
  return ts.canHaveModifiers(statement) && hasModifier(statement, ts.SyntaxKind.DefaultKeyword);
}

function hasModifier(node: ts.HasModifiers, kind: ts.ModifierSyntaxKind): boolean {
  return ts.getModifiers(node)?.some((modifier) => modifier.kind === kind) ?? false;
}

export const contractsUseFunctionProperties: Rule = ({ packages }) =>
  packages.flatMap(({ sources }) =>
    [...sources].flatMap(([path, text]) => {
      const found: string[] = [];
      walk(parse(path, text), (node) => {
        if (!ts.isMethodSignature(node) || isAmbient(node)) return;
        const name = node.name.getText();
        found.push(
          `${placeOf(node)} declares ${name}() as a method, which is bivariant; write \`readonly ${name}: (…) => …\`.`,
        );
      });
      return found;
    }),
  );

/** Declarations of somebody else's module are as they are. */
function isAmbient(node: ts.Node): boolean {
  return node.getSourceFile().fileName.endsWith('.d.ts');
}

/** Entry points that compute tables of characters when they are loaded, which has no effect outside of them. */
const HOLDS_TABLES: ReadonlySet<string> = new Set(
  ['detect', 'legacy'].map((name) => `packages/encoding/src/${name}.ts`),
);

/** What loading a package may do: declare. A program that it starts in another process is not loaded with it. */
export const nothingHappensAtImport: Rule = ({ packages }) =>
  packages.flatMap((one) => {
    const { sources } = one;
    const entries = entryFiles(one).filter((path) => !HOLDS_TABLES.has(path));
    const loaded = new Set(entries.flatMap((entry) => [...loadedWith(entry, sources)]));
    return [...loaded].flatMap((path) => {
      const text = sources.get(path)!;
      const bare = importsOf(path, text).filter((found) => found.bare);
      const effects = parse(path, text).statements.flatMap((statement) => effectsOf(statement));
      return [
        ...bare.map(({ place, specifier }) => `${place} imports ${specifier} for its effect; a package has none.`),
        ...effects.map(
          (node) => `${placeOf(node)} runs when the package is imported: ${firstLine(node)} — move it into a function.`,
        ),
      ];
    });
  });

function firstLine(node: ts.Node): string {
  return `\`${node.getText().split('\n', 1)[0]!.slice(0, 60)}\``;
}

/** The parts of a top-level statement that do more than declare. */
function effectsOf(statement: ts.Statement): readonly ts.Node[] {
  if (ts.isVariableStatement(statement)) {
    if (hasModifier(statement, ts.SyntaxKind.DeclareKeyword)) return [];
    return statement.declarationList.declarations.flatMap(({ initializer }) => impure(initializer));
  }
  if (ts.isClassDeclaration(statement)) return classEffects(statement);
  const declares =
    ts.isImportDeclaration(statement) ||
    ts.isExportDeclaration(statement) ||
    ts.isFunctionDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isModuleDeclaration(statement);
  return declares ? [] : [statement];
}

function classEffects(node: ts.ClassLikeDeclaration): readonly ts.Node[] {
  return node.members.flatMap((member) => {
    if (ts.isClassStaticBlockDeclaration(member)) return [member];
    const isStatic = ts.isPropertyDeclaration(member) && hasModifier(member, ts.SyntaxKind.StaticKeyword);
    return isStatic ? impure(member.initializer) : [];
  });
}

const PURE_CALLS =
  /^(Object\.(freeze|fromEntries|entries|keys|values)|Symbol|Symbol\.for|BigInt|Number|String|Math\.\w+|\w*Array\.(of|from))$/;
const PURE_CONSTRUCTORS =
  /^(Set|Map|WeakSet|WeakMap|WeakRef|RegExp|TextEncoder|TextDecoder|DataView|(Big)?(Ui|I)nt\d+(Clamped)?Array|Float\d+Array)$/;

/** The parts of an initialiser that are not plainly a value. An author vouches for a call by `@__PURE__`, as for bundlers. */
function impure(node: ts.Node | undefined): readonly ts.Node[] {
  if (node === undefined || ts.isFunctionLike(node) || ts.isTypeNode(node)) return [];
  if (ts.isClassExpression(node)) return classEffects(node);
  if (ts.isAwaitExpression(node) || ts.isTaggedTemplateExpression(node) || ts.isDeleteExpression(node)) return [node];
  if (ts.isIdentifier(node) && node.text === 'process') return [node];
  if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) return [node];
  if (ts.isPostfixUnaryExpression(node)) return [node];
  if (ts.isPrefixUnaryExpression(node) && isStep(node.operator)) return [node];
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
    const callee = node.expression.getText();
    const pure = (ts.isNewExpression(node) ? PURE_CONSTRUCTORS : PURE_CALLS).test(callee);
    if (!pure && !(isMarkedPure(node) && !callee.endsWith('Client'))) return [node];
    return (node.arguments ?? []).flatMap((argument) => impure(argument));
  }
  const found: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    found.push(...impure(child));
  });
  return found;
}

function isAssignment(operator: ts.SyntaxKind): boolean {
  return operator >= ts.SyntaxKind.FirstAssignment && operator <= ts.SyntaxKind.LastAssignment;
}

function isStep(operator: ts.PrefixUnaryOperator): boolean {
  return operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken;
}

function isMarkedPure(node: ts.Node): boolean {
  return node.getSourceFile().text.slice(node.pos, node.getStart()).includes('@__PURE__');
}
