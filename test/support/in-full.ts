/**
 * Whether a test goes through all that there is instead of a part: in `pnpm run test:extended`. There, a file named
 * `*.extended.test.ts` imports the usual test file, which so runs in full.
 */
export const inFull: boolean = process.env['MILLRACE_IN_FULL'] === '1';
