import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  chaosCases,
  optionCases,
  sinkCases,
  type SinkCasesOptions,
  sourceCases,
  type SourceSupports,
  supportsLine,
} from '@millrace/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileQuarantine, type FileRef, fileSink, fileSource } from '../src/index.ts';

let root: string;
let places = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'millrace-file-cases-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const place = (): string => join(root, `${(places += 1)}`);

const sourceSupports: SourceSupports = { pinned: true, listing: true, breaks: false, holds: true, ranges: true };
const sinkSupports = { refusals: true, groups: true, mixedItems: false, shared: true, outages: false };

/** Handles of this process on files below a directory. */
async function handlesIn(directory: string): Promise<number> {
  const links = await readdir('/proc/self/fd');
  const targets = await Promise.all(links.map((link) => readlink(`/proc/self/fd/${link}`).catch(() => '')));
  return targets.filter((target) => target.startsWith(directory)).length;
}

describe('fileSource keeps the contract', () => {
  const cases = sourceCases<FileRef, Uint8Array>({
    supports: { ...sourceSupports, holds: process.platform === 'linux' },
    create: async () => {
      const directory = place();
      await mkdir(directory);
      const source = fileSource();
      let changes = 0;
      return {
        source,
        put: async (name, content) => {
          const path = join(directory, name);
          await mkdir(dirname(path), { recursive: true });
          await writeFile(`${path}.new`, content);
          // Two changes within the clock's tick have one time; the cases would be quicker than any supplier.
          await utimes(`${path}.new`, 1e9, 1e9 + (changes += 1));
          await rename(`${path}.new`, path);
          for await (const ref of source.list({ files: path })) return ref;
          throw new Error('It is not there.');
        },
        missing: { path: join(directory, 'missing') },
        respell: ({ path }) => ({ path: relative('.', path) }),
        list: () => source.list({ files: '*', cwd: directory }),
        held: () => handlesIn(directory),
      };
    },
  });
  for (const { clause, name, run } of cases) it(`${clause} ${name}`, run);
});

describe.each([false, true])('fileSink keeps the contract, gzipped: %s', (gzip) => {
  const options: SinkCasesOptions<{ readonly text: unknown }> = {
    supports: sinkSupports,
    record: (text) => ({ text }),
    refused: { record: () => ({ text: Number.NaN }), code: 'JSON_VALUE_UNSUPPORTED' },
    create: () => {
      const directory = place();
      const create = () => fileSink<{ readonly text: unknown }>({ directory, gzip, recordsPerFile: 4 });
      return {
        sink: create(),
        another: create,
        stored: async () => {
          const names = await readdir(directory, { recursive: true }).catch(() => []);
          const texts: string[] = [];
          for (const name of names.filter((one) => one.endsWith(gzip ? '.ndjson.gz' : '.ndjson'))) {
            const bytes = await readFile(join(directory, name));
            const lines = (gzip ? gunzipSync(bytes) : bytes).toString().split('\n').slice(0, -1);
            texts.push(...lines.map((line) => (JSON.parse(line) as { readonly text: string }).text));
          }
          return texts;
        },
      };
    },
  };
  for (const { clause, name, run } of [...sinkCases(options), ...chaosCases(options)]) it(`${clause} ${name}`, run);
});

describe('options', () => {
  const cases = {
    fileSource: optionCases({ make: fileSource, invalid: [{ standardInput: 'text' }] }),
    fileSink: optionCases({
      make: (own) => fileSink(own as Parameters<typeof fileSink>[0]),
      valid: { directory: 'out' },
      invalid: [{ directory: '' }, { gzip: 1 }, { recordsPerFile: 1 }],
    }),
    fileQuarantine: optionCases({
      make: (own) => fileQuarantine(own as Parameters<typeof fileQuarantine>[0]),
      valid: { directory: 'out' },
      invalid: [{ directory: 1 }],
    }),
  };
  for (const [plugin, list] of Object.entries(cases)) for (const { name, run } of list) it(`${plugin}: ${name}`, run);
});

it('the README says what they support', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(supportsLine('fileSource', sourceSupports));
  expect(readme).toContain(supportsLine('fileSink', sinkSupports));
});
