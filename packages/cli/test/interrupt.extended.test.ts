import { expect, it, vi } from 'vitest';
import { cli } from './cli-process.ts';
import { validated } from './validate-output.ts';

// Processes take long to start on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

it.each(['SIGINT', 'SIGTERM'] as const)(
  'finishes the writes in flight after one %s and says how to continue',
  async (signal) => {
    let sent = false;
    const { code, stdout, stderr } = await cli(['run', 'ticks', 'clock://one tick'], {
      project: 'endless',
      onStderr: (child, printed) => {
        if (sent || !printed.includes('a write has begun')) return;
        sent = true;
        child.kill(signal);
      },
    });
    expect(stderr).toContain('Stopping: finishing the writes in flight. Press Ctrl-C again to exit at once.');
    expect(stdout).toMatch(/! {2}clock:\/\/one tick .* stopped, resumes at record [\d,]+/);
    expect(stdout).toContain("To continue: npx millrace run ticks 'clock://one tick'");
    expect(code).toBe(130);
  },
);

it('counts what was written before it stopped', async () => {
  let sent = false;
  const result = await cli(['run', 'clock://one', '--json'], {
    project: 'endless',
    onStderr: (child, printed) => {
      if (sent || printed.split('a write has begun').length < 3) return;
      sent = true;
      child.kill('SIGINT');
    },
  });
  const json = validated('run', result);
  expect(json).toMatchObject({ exitCode: 130, report: { outcome: 'aborted', items: { aborted: 1 } } });
  const { totals } = (json as { report: { totals: { read: number; written: number; unsettled: number } } }).report;
  expect(totals.written).toBeGreaterThanOrEqual(10);
  expect(totals.read).toBe(totals.written + totals.unsettled);
});

it('exits at once at the second signal, whatever is in flight', async () => {
  let sent = 0;
  const { code, stdout } = await cli(['run', 'clock://one'], {
    project: 'endless',
    env: { MILLRACE_TEST_STUCK: '1' },
    onStderr: (child, printed) => {
      if (sent === 0 && printed.includes('a write has begun')) {
        sent = 1;
        child.kill('SIGINT');
      } else if (sent === 1 && printed.includes('Stopping')) {
        sent = 2;
        child.kill('SIGINT');
      }
    },
  });
  expect(code).toBe(130);
  expect(stdout).toBe('');
});
