export { type ConfiguredRun, defineConfig, type MillraceConfig } from './config/define-config.ts';
export { commandsWithSchemas, outputSchema } from './schemas/output-schemas.ts';
export type { JsonSchema } from './schemas/schema.ts';
