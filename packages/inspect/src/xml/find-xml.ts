import type { FileFormat, XmlFinding } from '../finding.ts';
import { type Guess, guess } from '../guess.ts';

export interface FoundXml {
  readonly format: Guess<FileFormat>;
  readonly xml?: XmlFinding;
}

interface Element {
  readonly path: string;
  readonly depth: number;
  count: number;
  /** Characters in all elements at this path. */
  chars: number;
  /** Under how many parents they are. */
  parents: number;
  /** Whether one of them has attributes or child elements. */
  structured: boolean;
  /** Names of children that come twice in one element. */
  readonly repeated: Set<string>;
}

interface OpenElement {
  readonly element: Element;
  readonly start: number;
  readonly children: Map<string, number>;
}

const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<!DOCTYPE[^[>]*(?:\[[\s\S]*?\]\s*)?>|<(\/?)([^\s/>!?]+)((?:"[^"]*"|'[^']*'|[^>"'])*?)(\/?)>/g;
const DECLARATION = /^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z][\w.-]*)["']/;
const HTML = /^\s*(?:<!--[\s\S]*?-->\s*)*(?:<!doctype\s+html|<html[\s>]|<(?:head|body|div|p|table)[\s>])/i;

/** Finds XML, and which of its elements repeat as records; `undefined` if the text is not markup. */
export function findXml(text: string, complete: boolean): FoundXml | undefined {
  const start = text.trimStart();
  if (!start.startsWith('<')) return undefined;
  if (HTML.test(start)) return { format: guess<FileFormat>('html', 0.95, 'xml', 0.05) };
  const { elements, failed } = walk(text);
  const all = [...elements.values()];
  if (all.length === 0) return undefined;
  const declared = DECLARATION.exec(text)?.[1];
  const isDeclared = /^\s*<\?xml/.test(text);
  if (failed && !isDeclared) return undefined;
  const format = guess<FileFormat>('xml', failed ? 0.8 : isDeclared ? 0.99 : 0.95, 'html', 0.03);
  const record = recordOf(all, text.length);
  // What comes twice in an element of a record, however deep.
  const inside = all.filter(({ path }) => path === record.value || path.startsWith(`${record.value}/`));
  const arrays = new Set(inside.flatMap(({ repeated }) => [...repeated]));
  const xml: XmlFinding = { record, arrays: [...arrays].toSorted(), ...(declared !== undefined && { declared }) };
  return { format: complete ? format : { ...format, confidence: Math.min(format.confidence, 0.97) }, xml };
}

/** Counts elements by their paths. A text that ends early is not a fault. */
function walk(text: string): { readonly elements: ReadonlyMap<string, Element>; readonly failed: boolean } {
  const elements = new Map<string, Element>();
  const open: OpenElement[] = [];
  const close = (end: number): void => {
    const { element, start } = open.pop()!;
    element.chars += end - start;
  };
  for (const match of text.matchAll(TOKEN)) {
    const [whole, slash, name, attributes = '', empty] = match;
    if (name === undefined) continue;
    const end = match.index + whole.length;
    if (slash === '/') {
      if (open.at(-1)?.element.path.endsWith(`/${name}`) !== true) return { elements, failed: true };
      close(end);
      continue;
    }
    const parent = open.at(-1);
    const element = elementAt(elements, `${parent?.element.path ?? ''}/${name}`, open.length + 1);
    element.count += 1;
    if (attributes.trim() !== '') element.structured = true;
    if (parent !== undefined) addChild(parent, name, element);
    open.push({ element, start: match.index, children: new Map() });
    if (empty === '/') close(end);
  }
  return { elements, failed: false };
}

function addChild(parent: OpenElement, name: string, element: Element): void {
  const times = (parent.children.get(name) ?? 0) + 1;
  parent.children.set(name, times);
  if (times === 1) element.parents += 1;
  if (times === 2) parent.element.repeated.add(name);
  parent.element.structured = true;
}

function elementAt(elements: Map<string, Element>, path: string, depth: number): Element {
  const known = elements.get(path);
  if (known !== undefined) return known;
  const made: Element = { path, depth, count: 0, chars: 0, parents: 0, structured: false, repeated: new Set() };
  elements.set(path, made);
  return made;
}

/** The elements that repeat, hold most of the text and are nearest to the root. */
function recordOf(elements: readonly Element[], length: number): Guess<string> {
  const scored = elements
    .filter(({ depth }) => depth > 1)
    .map((element) => {
      const { count, chars, depth, parents, structured, path } = element;
      const repeats = count / Math.max(1, parents);
      const several = repeats > 1 ? 1 - 0.6 / repeats : 0.12;
      return { path, score: (0.1 + 0.9 * (chars / length)) * several * (structured ? 1 : 0.4) * 0.8 ** (depth - 2) };
    })
    .toSorted((left, right) => right.score - left.score);
  const [best, next] = scored;
  if (best === undefined) return guess(elements[0]!.path, 0.6);
  const confidence = 0.5 + 0.48 * (1 - ((next?.score ?? 0) / best.score) ** 2) * Math.min(1, best.score * 2);
  return guess(best.path, confidence, next?.path, 0.5 * ((next?.score ?? 0) / best.score));
}
