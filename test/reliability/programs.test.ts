import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Ended {
  readonly code?: number;
  readonly stderr: string;
}

/** Runs `pnpm run reliability` with arguments that it refuses. */
async function refused(...args: readonly string[]): Promise<Ended> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const options = ['--conditions=@millrace/source', '--no-warnings', `${root}tools/reliability.ts`, ...args];
  return promisify(execFile)(process.execPath, options, { env }).catch((error: Ended) => error);
}

it('the programs that a wrong name lists are those that CONTRIBUTING.md describes', async () => {
  const { code, stderr } = await refused('chaso');
  expect(code).toBe(2);
  const listed = /where PROGRAM is (.*)\.$/m.exec(stderr)?.[1]?.split(', ') ?? [];
  const contributing = readFileSync(`${root}CONTRIBUTING.md`, 'utf8');
  const described = [...contributing.matchAll(/`pnpm run reliability (\w+)`/g)].map(([, name]) => name);
  expect(listed.toSorted()).toEqual(described.toSorted());
  expect(listed).toContain('kill');
});

it('options that exclude each other are refused in one sentence, without a stack', async () => {
  const { code, stderr } = await refused('chaos', '--pack', '20', '--keys', 'natural');
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: '--pack does not go with --keys natural: records of a pack have keys by place. Leave one out.\n',
  });
});
