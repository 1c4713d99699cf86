import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { checkSnippets } from '../tools/check-snippets.ts';
import { snippetsOf, uncheckedBlocks } from '../tools/snippets.ts';
import { readWorkspace } from '../tools/workspace.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const { files, packages, examples } = readWorkspace(new URL('../', import.meta.url));
const homes = [...packages, ...examples].map(({ dir }) => dir);
const pages = [...files].filter(
  ([path]) => path.endsWith('.md') && !path.startsWith('.') && !path.endsWith('CHANGELOG.md'),
);

const wrong = `# A page

<!-- ts-prelude
import type { Sink } from '@millrace/core';
declare const sink: Sink<string>;
-->

\`\`\`ts
const limits = sink.limits;
sink.name = limits;
\`\`\`

\`\`\`sh
nothing to check
\`\`\`
`;

const snippets = [...pages, ['wrong.md', wrong] as const].flatMap(([page, text]) => snippetsOf(page, text));
const problems = checkSnippets(root, homes, snippets);

test.each(pages.map(([page]) => page))('the snippets of %s compile', (page) => {
  expect(problems.get(page) ?? []).toEqual([]);
});

test('no page has code that is not checked', () => {
  expect(pages.flatMap(([page, text]) => uncheckedBlocks(page, text))).toEqual([]);
});

test('a wrong snippet is found, with its line in the page', () => {
  expect(problems.get('wrong.md')).toEqual([expect.stringMatching(/^wrong\.md:10 Cannot assign to 'name'/)]);
});

test('a block that would escape the check is found', () => {
  expect(uncheckedBlocks('a.md', '```ts no-check\n```\n\n```js\n```\n\n```json\n```\n')).toHaveLength(2);
});
