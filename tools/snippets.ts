import { withoutGuideFiles } from './guide-files.ts';

/** A ```ts block of a page, as a module of its own. */
export interface Snippet {
  /** Such as `docs/delivery.md`. */
  readonly page: string;
  /** Number of the page's line that the text's first line after the prelude is. */
  readonly line: number;
  readonly text: string;
  /** Lines of prelude before it. */
  readonly preludeLines: number;
}

const PRELUDE = /^<!-- ts-prelude\n(.*?)^-->/ms;
const BLOCK = /^( *)```(\S*)([^\n]*)\n(.*?)^ *```/gms;
const UNCHECKED = new Set(['typescript', 'tsx', 'mts', 'cts', 'js', 'javascript', 'mjs', 'cjs']);

/**
 * The snippets of a page. Each is complete by itself, but for a prelude that the page may hold in a comment
 * (`<!-- ts-prelude`, code, `-->`, on lines of their own): it stands before every snippet, and readers do not see it. The blocks
 * of the guide that are files are compiled where they are files.
 */
export function snippetsOf(page: string, markdown: string): readonly Snippet[] {
  const prelude = PRELUDE.exec(markdown)?.[1] ?? '';
  return [...withoutGuideFiles(page, markdown).matchAll(BLOCK)]
    .filter(([, , language]) => language === 'ts')
    .map((block) => ({
      page,
      line: markdown.slice(0, block.index).split('\n').length + 1,
      text: prelude + block[4]!.replaceAll(new RegExp(`^${block[1]!}`, 'gm'), ''),
      preludeLines: prelude.split('\n').length - 1,
    }));
}

/** Blocks that would escape the check: another name for TypeScript or JavaScript, or `ts` with a remark behind it. */
export function uncheckedBlocks(page: string, markdown: string): readonly string[] {
  return [...markdown.matchAll(BLOCK)]
    .filter(([, , language, rest]) => UNCHECKED.has(language!) || (language === 'ts' && rest!.trim() !== ''))
    .map(([, , language, rest]) => `${page}: \`\`\`${language}${rest} is not checked; write \`\`\`ts.`);
}
