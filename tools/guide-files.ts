/** The guide whose blocks are the files of a plugin. */
export const GUIDE = 'docs/write-a-plugin.md';

/** A block that is a whole file stands below a line with its path, in bold code, and nothing else. */
const FILE = /^\*\*`([\w./-]+)`\*\*\n\n```\w+\n(.*?)^```$/gms;

/** The files that a reader of the guide has copied, by path. */
export function guideFiles(markdown: string): ReadonlyMap<string, string> {
  return new Map([...markdown.matchAll(FILE)].map(([, path, text]) => [path!, text!]));
}

/** A page without such blocks; its lines keep their numbers. Of other pages nothing is taken away. */
export function withoutGuideFiles(page: string, markdown: string): string {
  return page === GUIDE ? markdown.replaceAll(FILE, (block) => '\n'.repeat(block.split('\n').length - 1)) : markdown;
}
