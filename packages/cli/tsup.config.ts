import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Options } from 'tsup';
import base from '../../tsup.base.ts';
import { commandsWithSchemas, outputSchema } from './src/schemas/output-schemas.ts';

/** Writes the schemas as files, for programs that are not written in JavaScript. */
async function writeSchemas(): Promise<void> {
  const folder = fileURLToPath(new URL('./dist/schemas/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  for (const command of commandsWithSchemas()) {
    const name = `${command.replace(' ', '-')}.schema.json`;
    writeFileSync(`${folder}${name}`, `${JSON.stringify(outputSchema(command), undefined, 2)}\n`);
  }
}

/**
 * The library in both formats, and the program, whose commands are chunks of their own so that help loads none of them. A
 * program is started and never imported, so it needs no CommonJS and no types.
 */
const config: Options | Options[] | ((overrideOptions: Options) => unknown) = defineConfig(() => {
  // The builds run side by side, and cleaning for one would remove what the other has made.
  rmSync(fileURLToPath(new URL('./dist', import.meta.url)), { recursive: true, force: true });
  const shared: Options = { ...(base as Options), clean: false };
  return [
    { ...shared, onSuccess: writeSchemas },
    { ...shared, entry: ['src/bin.ts'], format: ['esm'], dts: false, splitting: true },
  ];
});
export default config;
