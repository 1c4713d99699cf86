import { execFile } from 'node:child_process';

/** Runs a program to its end and answers what it printed; rejects with the same where it fails. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { ...options, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const printed = `${stdout}${stderr}`.trim();
      if (error === null) resolve(printed);
      else reject(new Error(`${[program, ...args].join(' ')} failed:\n${printed || error.message}`));
    });
  });
}

/** The environment of someone who never heard of this workspace: its Node, its settings and its tools are not in it. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|pnpm_|node_options$|node_path$|init_cwd$|node$)/i.test(name),
  );
  const path = (process.env['PATH'] ?? '').split(':').filter((dir) => !dir.includes('node_modules'));
  return { ...Object.fromEntries(kept), PATH: path.join(':') };
}
