import { runProgram } from './packed/run-program.ts';

/** Says why `python3` cannot make virtual environments here; undefined if it can. */
export async function missingPython(minor: number): Promise<string | undefined> {
  const version = `import sys; print(sys.version_info >= (3, ${minor}))`;
  const found = await runProgram('python3', ['-c', version]).catch(() => '');
  if (found !== 'True') return `Python 3.${minor} or later is missing. Install it as python3.`;
  const complete = await runProgram('python3', ['-c', 'import ensurepip, venv']).then(
    () => true,
    () => false,
  );
  return complete
    ? undefined
    : 'python3 has no venv module. Install it, on Debian and Ubuntu the package python3-venv.';
}
