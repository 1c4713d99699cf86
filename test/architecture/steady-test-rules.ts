import ts from 'typescript';
import type { Rule, Workspace } from '../../tools/workspace.ts';
import { parse, placeOf, walk } from './syntax.ts';

/** Why a file may do what a rule refuses: path → reason. Add to it only what is true on a machine of any speed. */
export type Waivers = Readonly<Record<string, string>>;

/** A bound from below holds on a machine of any speed; all others do not. */
const BOUND_FROM_BELOW = /^(toBeGreaterThan|not toBeLessThan)(OrEqual)?$/;
const CLOCK = /^(Date\.now|performance\.now|process\.(hrtime(\.bigint)?|uptime))$/;
const PAUSE = /^(sleep|setTimeout|wait|later|delay|pause)$/;
const CHANCE = /^(Math\.random|(crypto\.)?(randomBytes|randomInt|getRandomValues))$/;

/** A test that compares what a clock measured fails where the machine is busy, unless it moves the clock by itself. */
export const testsCompareNoClock =
  (waivers: Waivers): Rule =>
  (workspace) =>
    refused(workspace, waivers, (tree) => {
      if (tree.text.includes('useFakeTimers')) return [];
      const measured = measurementsOf(tree);
      return callsIn(tree).flatMap((call) => {
        const matcher = matcherOf(call);
        if (matcher === undefined || BOUND_FROM_BELOW.test(matcher.name)) return [];
        const compared = [...matcher.actual, ...call.arguments];
        return compared.some((node) => readsClock(node, measured))
          ? [`${placeOf(call)} compares a time. Wait for the event, hold the timer, or use fake timers.`]
          : [];
      });
    });

/** A test that waits for a fixed time hopes that something has happened by then. */
export const testsWaitForNoFixedTime =
  (waivers: Waivers): Rule =>
  (workspace) =>
    refused(workspace, waivers, (tree) =>
      callsIn(tree).flatMap((call) =>
        PAUSE.test(call.expression.getText()) && call.arguments.some(isDuration) && isStepOfTest(call)
          ? [`${placeOf(call)} waits for a fixed time. Wait for the event, or for turns of the event loop.`]
          : [],
      ),
    );

/** A test that draws its inputs anew fails once in many runs, and nobody can repeat it. */
export const testsDrawNothing =
  (waivers: Waivers): Rule =>
  (workspace) =>
    refused(workspace, waivers, (tree) =>
      callsIn(tree).flatMap((call) =>
        CHANCE.test(call.expression.getText())
          ? [`${placeOf(call)} draws at random. Use fast-check, which has a recorded seed, or test/support/noise.ts.`]
          : [],
      ),
    );

function refused({ files }: Workspace, waivers: Waivers, find: (tree: ts.SourceFile) => readonly string[]): string[] {
  const found = [...files]
    .filter(([path]) => /^(packages\/[^/]+\/test|examples|test)\/.*\.ts$/.test(path))
    .map(([path, text]) => [path, find(parse(path, text))] as const);
  const stale = Object.keys(waivers).filter(
    (path) => !found.some(([file, lines]) => file === path && lines.length > 0),
  );
  return [
    ...found.filter(([path]) => !Object.hasOwn(waivers, path)).flatMap(([, lines]) => lines),
    ...stale.map((path) => `${path} has a waiver that it does not need. Remove the waiver.`),
  ];
}

function callsIn(tree: ts.SourceFile): readonly ts.CallExpression[] {
  const calls: ts.CallExpression[] = [];
  walk(tree, (node) => {
    if (ts.isCallExpression(node)) calls.push(node);
  });
  return calls;
}

/** Of `expect(actual).not.toBe(…)`: the name, `not toBe`, and the actual values. */
function matcherOf({ expression }: ts.CallExpression): { name: string; actual: readonly ts.Node[] } | undefined {
  if (!ts.isPropertyAccessExpression(expression)) return undefined;
  let inner: ts.Expression = expression.expression;
  let not = '';
  while (ts.isPropertyAccessExpression(inner)) {
    if (inner.name.text === 'not') not = 'not ';
    inner = inner.expression;
  }
  if (!ts.isCallExpression(inner) || inner.expression.getText() !== 'expect') return undefined;
  return { name: not + expression.name.text, actual: inner.arguments };
}

/** Names of variables that hold a difference of times, as `const took = performance.now() - started`. */
function measurementsOf(tree: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  walk(tree, (node) => {
    if (!ts.isVariableDeclaration(node) || node.initializer === undefined) return;
    if (ts.isBinaryExpression(node.initializer) && readsClock(node.initializer, names)) names.add(node.name.getText());
  });
  return names;
}

function readsClock(node: ts.Node, measured: ReadonlySet<string>): boolean {
  let found = false;
  walk(node, (child) => {
    found ||= ts.isCallExpression(child) && CLOCK.test(child.expression.getText());
    found ||= ts.isIdentifier(child) && measured.has(child.text);
  });
  return found;
}

function isDuration(node: ts.Expression): boolean {
  return ts.isNumericLiteral(node) && Number(node.text.replaceAll('_', '')) > 0;
}

/** Whether a test waits here, not a double of it, and not a loop that asks again and again. */
function isStepOfTest(call: ts.CallExpression): boolean {
  for (let node: ts.Node = call; node.parent !== undefined; node = node.parent) {
    if (ts.isIterationStatement(node.parent, false)) return false;
    if (!ts.isFunctionLike(node)) continue;
    if (ts.isNewExpression(node.parent)) continue;
    return ts.isCallExpression(node.parent) && /^(it|test)\b/.test(node.parent.expression.getText());
  }
  return false;
}
