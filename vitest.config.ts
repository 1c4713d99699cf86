import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

// Tests run from source: the one custom condition of every package's exports points at src/index.ts.
const conditions = ['@millrace/source', 'node', 'development|production'];
const packages = readdirSync(new URL('./packages/', import.meta.url));
// What a newcomer does not wait for: `pnpm run test:extended`, a step of its own in .ci/run.
const EXTENDED = '**/*.extended.test.ts';

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['@millrace/source', 'node'] } },
  test: {
    projects: [
      {
        extends: true as const,
        test: {
          name: 'repository',
          root: '.',
          include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
          exclude: [...configDefaults.exclude, EXTENDED],
        },
      },
      {
        extends: true as const,
        test: {
          name: 'extended',
          root: '.',
          include: [`{test,examples,packages}/${EXTENDED}`],
          env: { MILLRACE_IN_FULL: '1' },
        },
      },
      ...packages.map((name) => ({
        extends: true as const,
        test: {
          name,
          root: `packages/${name}`,
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, EXTENDED],
        },
      })),
    ],
    setupFiles: ['recorded-seed', 'patient-waits'].map((name) =>
      fileURLToPath(new URL(`./test/setup/${name}.ts`, import.meta.url)),
    ),
    // Most of the time goes by in waiting, for servers, faults and deadlines: more files at once than there are cores.
    maxWorkers: 4,
    // A start of the local servers takes seconds where the machine is busy.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'] },
  },
});
