import type { TableItem } from './table.ts';

/** A condition of a write, in DynamoDB's language. */
export interface Condition {
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * Whether a condition holds for the item in place. It knows `attribute_not_exists`, `=`, `<>`, `<=`, `<`, `>=`, and these joined by
 * `AND`, `OR` and parentheses; anything else is an error, so that no condition passes unread.
 */
export function holds(condition: Condition, item: TableItem | undefined): boolean {
  const { ConditionExpression: expression } = condition;
  return expression === undefined || anyHolds(expression, condition, item);
}

function anyHolds(expression: string, condition: Condition, item: TableItem | undefined): boolean {
  const allHold = (terms: string): boolean =>
    split(terms, ' AND ').every((term) => {
      const inner = /^\((.*)\)$/s.exec(term);
      return inner === null ? termHolds(term, condition, item) : anyHolds(inner[1]!, condition, item);
    });
  return split(expression, ' OR ').some(allHold);
}

/** The parts between an operator, outside of parentheses. */
function split(expression: string, operator: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < expression.length; at += 1) {
    if (expression[at] === '(') depth += 1;
    if (expression[at] === ')') depth -= 1;
    if (depth > 0 || !expression.startsWith(operator, at)) continue;
    parts.push(expression.slice(from, at).trim());
    from = at + operator.length;
  }
  return [...parts, expression.slice(from).trim()];
}

function termHolds(
  term: string,
  { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} }: Condition,
  item: TableItem | undefined,
): boolean {
  const absent = /^attribute_not_exists\((#\w+)\)$/.exec(term);
  if (absent !== null) return item?.[names[absent[1]!]!] === undefined;
  const comparison = /^(#\w+) (=|<>|<=|<|>=) (:\w+)$/.exec(term);
  if (comparison === null) throw new Error(`The simulated table does not know the condition ${term}.`);
  const [, name, operator, value] = comparison;
  const [left, right] = [item?.[names[name!]!], values[value!]];
  // A comparison with an attribute that is not there is false; `<>` is true.
  if (left === undefined || right === undefined) return operator === '<>';
  const [a, b] = [scalar(left), scalar(right)];
  if (operator === '=') return a === b;
  if (operator === '<>') return a !== b;
  if (operator === '>=') return a >= b;
  return operator === '<' ? a < b : a <= b;
}

function scalar(value: Readonly<Record<string, unknown>>): string | number {
  const [[type, content]] = Object.entries(value) as [[string, unknown]];
  return type === 'N' ? Number(content) : String(content);
}
