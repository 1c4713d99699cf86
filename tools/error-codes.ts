import ts from 'typescript';

/** `AREA_WHAT_HAPPENED`. */
const CODE = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/;

/** `MillraceError` and what a package derives from it; the language's own errors take a message first. */
const OWN_ERROR = /^(?!(Aggregate|Range|Reference|Syntax|Type)?Error$)\w+Error$/;

/** Error codes, and literals that may be: with the places where they stand. */
export interface RaisedCodes {
  readonly codes: ReadonlySet<string>;
  /** Places where a code is composed, so that no reader can find it. */
  readonly composed: readonly string[];
}

/**
 * The error codes in a package's sources: what is passed to `new …Error(code)` and `toMillraceError(thrown, code)`, what
 * is the value of a property `code`, and every other literal that begins with the area of one of these, so that a code
 * that travels through a variable, a table or a helper is found too.
 */
export function raisedCodes(sources: ReadonlyMap<string, string>): RaisedCodes {
  const literals = new Set<string>();
  const direct = new Set<string>();
  const composed: string[] = [];

  for (const [path, text] of sources) {
    const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteralLike(node) && CODE.test(node.text)) literals.add(node.text);
      for (const value of codePositions(node)) {
        if (ts.isStringLiteralLike(value) && CODE.test(value.text)) direct.add(value.text);
        if (ts.isTemplateExpression(value)) {
          const line = tree.getLineAndCharacterOfPosition(value.getStart()).line + 1;
          composed.push(`${path}:${line}`);
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(tree);
  }

  const areas = new Set([...direct].map(areaOf));
  return { codes: new Set([...literals].filter((literal) => areas.has(areaOf(literal)))), composed };
}

function areaOf(code: string): string {
  return code.split('_', 1)[0]!;
}

/** Where a node holds a code: both branches of a choice count. */
function codePositions(node: ts.Node): readonly ts.Expression[] {
  if (ts.isNewExpression(node) && OWN_ERROR.test(node.expression.getText())) return branches(node.arguments?.[0]);
  if (ts.isCallExpression(node) && node.expression.getText() === 'toMillraceError') return branches(node.arguments[1]);
  if (ts.isPropertyAssignment(node) && node.name.getText() === 'code') return branches(node.initializer);
  return [];
}

function branches(value: ts.Expression | undefined): readonly ts.Expression[] {
  if (value === undefined) return [];
  if (ts.isConditionalExpression(value)) return [...branches(value.whenTrue), ...branches(value.whenFalse)];
  if (ts.isBinaryExpression(value)) return [...branches(value.left), ...branches(value.right)];
  return ts.isParenthesizedExpression(value) ? branches(value.expression) : [value];
}
