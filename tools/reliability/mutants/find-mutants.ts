import ts from 'typescript';
import { type Edit, mutationsOf } from './mutations.ts';

/** A file with one change. */
export interface Mutant extends Edit {
  /** Path from the root of the repository. */
  readonly file: string;
  /** Line of the change, from 1. */
  readonly line: number;
  /** What identifies the mutant when lines move: the function that it is in, and the changed lines before and after. */
  readonly within: string;
  readonly before: string;
  readonly after: string;
  /** The whole file with the change. */
  readonly content: string;
}

/** Returns all mutants of a file, in the order of the text. */
export function findMutants(file: string, content: string): readonly Mutant[] {
  const tree = ts.createSourceFile(file, content, ts.ScriptTarget.ESNext, true);
  const mutants: Mutant[] = [];
  const visit = (node: ts.Node, within: string): void => {
    const inner = nameOf(node) ?? within;
    for (const edit of mutationsOf(node)) mutants.push(mutantOf(edit, file, content, inner, tree));
    ts.forEachChild(node, (child) => visit(child, inner));
  };
  visit(tree, '');
  return mutants.sort((left, right) => left.start - right.start);
}

function mutantOf(edit: Edit, file: string, content: string, within: string, tree: ts.SourceFile): Mutant {
  const { start, end, text } = edit;
  const lineStart = content.lastIndexOf('\n', start - 1) + 1;
  const next = content.indexOf('\n', end);
  const lineEnd = next === -1 ? content.length : next;
  return {
    ...edit,
    file,
    within,
    line: tree.getLineAndCharacterOfPosition(start).line + 1,
    before: oneLine(content.slice(lineStart, lineEnd)),
    after: oneLine(content.slice(lineStart, start) + text + content.slice(end, lineEnd)),
    content: content.slice(0, start) + text + content.slice(end),
  };
}

/** The name that a function or class gives to what is inside it. */
function nameOf(node: ts.Node): string | undefined {
  const named =
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isGetAccessorDeclaration(node) ||
    ((ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node)) &&
      node.initializer !== undefined &&
      (ts.isArrowFunction(node.initializer) || ts.isFunctionExpression(node.initializer)));
  if (named) return node.name?.getText();
  return ts.isConstructorDeclaration(node) ? 'constructor' : undefined;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
