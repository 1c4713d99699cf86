import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';

// What bundlers leave out, and that a program that needs it all the same can say so.

const root = fileURLToPath(new URL('../', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'millrace-bundle-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Bundles a program as esbuild does by default, but from source. With custom conditions it must be told of `module`. */
async function bundled(
  contents: string,
  format: 'esm' | 'cjs',
): Promise<{ inputs: string; bundled: string; load: () => Promise<unknown> }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format,
    ...(format === 'esm' && { mainFields: ['module', 'main'] }),
    conditions: ['@millrace/source', 'module'],
    metafile: true,
    write: false,
  });
  const kept = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const file = join(work, `${randomUUID()}.${format === 'esm' ? 'mjs' : 'cjs'}`);
  await writeFile(file, outputFiles[0]!.contents);
  return {
    inputs: Object.keys(metafile.inputs).join('\n'),
    /** Modules of which something is in the bundle. */
    bundled: kept.join('\n'),
    load: async () => (await import(/* @vite-ignore */ pathToFileURL(file).href)) as unknown,
  };
}

describe.each(['esm', 'cjs'] as const)('a bundle (%s)', (format) => {
  it('of the measured handler has neither the tables of iconv-lite nor fflate', async () => {
    const { inputs } = await bundled(`export { handler } from './tools/bundle/handler.ts'`, format);
    expect(inputs).toContain('packages/encoding/src/decode-text.ts');
    expect(inputs).toContain('packages/gzip/src/native-engine.ts');
    expect(inputs).not.toMatch(/iconv-lite|fflate\/|\/fflate-engine/);
    expect(inputs).not.toMatch(/bunzip2|\/unzip\.ts/);
  });

  it('of decompress has bzip2 and zip only where they are handed over', async () => {
    const plain = await bundled(`export { decompress } from '@millrace/gzip'`, format);
    expect(plain.inputs).not.toMatch(/bunzip2|\/unzip\.ts/);
    const { inputs, load } = await bundled(
      `import { decompress } from '@millrace/gzip';
       import { bzip2 } from '@millrace/gzip/bzip2';
       import { zip } from '@millrace/gzip/zip';
       export const made = decompress({ formats: [bzip2(), zip()], expect: ['bzip2', 'zip'] }).name;`,
      format,
    );
    expect(inputs).toContain('packages/gzip/src/bunzip2.ts');
    expect(inputs).toContain('packages/gzip/src/unzip.ts');
    expect(await load()).toMatchObject({ made: 'decompress' });
  });

  it('has the code of packs only where packs are asked for', async () => {
    const measured = await bundled(`export { handler } from './tools/bundle/handler.ts'`, format);
    expect(measured.bundled).toContain('packages/dynamodb/src/deliver.ts');
    // The names of packs are there: retiring a version finds those that an earlier feed has landed.
    expect(measured.bundled).not.toMatch(
      /dynamodb\/src\/(pack\/(?!packed\.ts|pack-key\.ts)|plan\/plan|landing-item|ensure-table|.*quarantine)/,
    );
    const packing = await bundled(
      `import { dynamodbSink, packed } from '@millrace/dynamodb';
       export const sink = dynamodbSink({ table: 'landing', pack: packed({ records: 50 }) });`,
      format,
    );
    expect(packing.bundled).toContain('packages/dynamodb/src/pack/packed-sink.ts');
    expect(await packing.load()).toMatchObject({ sink: { group: 50 } });
  });

  it('decodes Unicode and Western European without them', async () => {
    const { load } = await bundled(
      `import { decodeText } from '@millrace/encoding';
       export const made = ['utf-8', 'utf-16', 'utf-32be', 'windows-1252', 'iso-8859-1', 'us-ascii'].map((name) => decodeText(name).name);`,
      format,
    );
    expect(await load()).toMatchObject({ made: Array.from({ length: 6 }, () => 'decodeText') });
  });

  it('says at its start what to do about an encoding that it does not have', async () => {
    const { load } = await bundled(
      `import { decodeText } from '@millrace/encoding'; export const codec = decodeText('shift_jis');`,
      format,
    );
    await expect(load()).rejects.toMatchObject({
      code: 'ENCODING_NOT_BUNDLED',
      message: expect.stringContaining('legacyCharsets') as string,
    });
  });

  it('has every encoding where it hands the legacy ones over', async () => {
    const { inputs, load } = await bundled(
      `import { decodeText } from '@millrace/encoding';
       import { legacyCharsets } from '@millrace/encoding/legacy';
       const stage = decodeText('shift_jis', { charsets: legacyCharsets }).start({});
       export const text = [...stage.push(Uint8Array.of(0x82, 0xa0, 0x82, 0xa2)), ...stage.end()].map((piece) => piece.chunk ?? piece).join('');
       export const unknown = (() => { try { decodeText('shift_jsi', { charsets: legacyCharsets }); } catch (error) { return error.code; } })();`,
      format,
    );
    expect(inputs).toContain('iconv-lite');
    expect(await load()).toMatchObject({ text: 'あい', unknown: 'ENCODING_UNKNOWN' });
  });

  it('for Node decompresses with node:zlib and refuses to be told otherwise', async () => {
    const { load } = await bundled(
      `import { gunzip } from '@millrace/gzip';
       export const name = gunzip().name;
       export const refused = (() => { try { gunzip({ engine: 'fflate' }); } catch (error) { return error.code; } })();`,
      format,
    );
    expect(await load()).toMatchObject({ name: 'gunzip', refused: 'GZIP_ENGINE_UNAVAILABLE' });
  });
});

it('A bundle for browsers keeps fflate', async () => {
  const { metafile } = await build({
    stdin: { contents: `export { gunzip } from '@millrace/gzip'`, resolveDir: root },
    bundle: true,
    platform: 'browser',
    format: 'esm',
    conditions: ['@millrace/source', 'module'],
    metafile: true,
    write: false,
  });
  expect(Object.keys(metafile.inputs).join('\n')).toContain('/fflate/');
});
