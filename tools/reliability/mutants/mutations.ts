import ts from 'typescript';

/** One change of one piece of a file. */
export interface Edit {
  readonly kind: MutationKind;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export type MutationKind =
  | 'comparison'
  | 'condition'
  | 'call'
  | 'assignment'
  | 'finally'
  | 'await'
  | 'boolean'
  | 'constant';

const COMPARISONS: Readonly<Partial<Record<ts.SyntaxKind, readonly string[]>>> = {
  [ts.SyntaxKind.LessThanToken]: ['<=', '>='],
  [ts.SyntaxKind.LessThanEqualsToken]: ['<', '>'],
  [ts.SyntaxKind.GreaterThanToken]: ['>=', '<='],
  [ts.SyntaxKind.GreaterThanEqualsToken]: ['>', '<'],
  [ts.SyntaxKind.EqualsEqualsEqualsToken]: ['!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken]: ['==='],
};

/** Returns every change that this node itself offers, without those of the nodes below it. */
export function mutationsOf(node: ts.Node): readonly Edit[] {
  if (ts.isBinaryExpression(node)) return ofBinary(node);
  if (ts.isIfStatement(node)) return ofCondition(node.expression);
  if (ts.isConditionalExpression(node)) return ofCondition(node.condition);
  if (ts.isWhileStatement(node) || ts.isDoStatement(node)) return ofCondition(node.expression);
  if (ts.isExpressionStatement(node)) return ofStatement(node);
  if (ts.isTryStatement(node)) return ofFinally(node);
  if (ts.isAwaitExpression(node)) return [replace('await', node, textOf(node.expression))];
  if (node.kind === ts.SyntaxKind.TrueKeyword) return inType(node) ? [] : [replace('boolean', node, 'false')];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return inType(node) ? [] : [replace('boolean', node, 'true')];
  if (ts.isNumericLiteral(node)) return inType(node) || isMemberName(node) ? [] : ofNumber(node);
  return [];
}

function ofBinary(node: ts.BinaryExpression): readonly Edit[] {
  const { left, right, operatorToken } = node;
  const operator = operatorToken.kind;
  if (operator === ts.SyntaxKind.AmpersandAmpersandToken || operator === ts.SyntaxKind.BarBarToken)
    return [replace('condition', node, `(${textOf(left)})`), replace('condition', node, `(${textOf(right)})`)];
  return (COMPARISONS[operator] ?? []).map((flipped) => replace('comparison', operatorToken, flipped));
}

function ofCondition(condition: ts.Expression): readonly Edit[] {
  if (condition.kind === ts.SyntaxKind.TrueKeyword || condition.kind === ts.SyntaxKind.FalseKeyword) return [];
  // In parentheses, because what it is part of may continue.
  const text = textOf(condition);
  return [`!(${text})`, `(true || ${text})`, `(false && ${text})`].map((changed) =>
    replace('condition', condition, changed),
  );
}

function ofStatement(node: ts.ExpressionStatement): readonly Edit[] {
  let { expression } = node;
  while (ts.isAwaitExpression(expression) || ts.isVoidExpression(expression)) expression = expression.expression;
  if (ts.isCallExpression(expression)) {
    // A constructor must keep this one.
    return expression.expression.kind === ts.SyntaxKind.SuperKeyword ? [] : [replace('call', node, ';')];
  }
  const changes =
    ts.isPostfixUnaryExpression(expression) ||
    (ts.isBinaryExpression(expression) && isAssignment(expression.operatorToken.kind));
  return changes ? [replace('assignment', node, ';')] : [];
}

function isAssignment(operator: ts.SyntaxKind): boolean {
  return operator >= ts.SyntaxKind.FirstAssignment && operator <= ts.SyntaxKind.LastAssignment;
}

function ofFinally({ finallyBlock }: ts.TryStatement): readonly Edit[] {
  return finallyBlock === undefined || finallyBlock.statements.length === 0
    ? []
    : [replace('finally', finallyBlock, '{}')];
}

function ofNumber(node: ts.NumericLiteral): readonly Edit[] {
  const value = Number(node.text);
  if (!Number.isSafeInteger(value)) return [];
  return [value + 1, ...(value > 0 ? [value - 1] : [])].map((other) => replace('constant', node, String(other)));
}

function inType(node: ts.Node): boolean {
  return ts.isLiteralTypeNode(node.parent) || ts.isTypeNode(node.parent);
}

function isMemberName(node: ts.NumericLiteral): boolean {
  return ts.isPropertyAssignment(node.parent) && node.parent.name === node;
}

function replace(kind: MutationKind, node: ts.Node, text: string): Edit {
  return { kind, start: node.getStart(), end: node.getEnd(), text };
}

function textOf(node: ts.Node): string {
  return node.getText();
}
