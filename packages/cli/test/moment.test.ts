import { describe, expect, it } from 'vitest';
import { parseDuration, parseMoment } from '../src/objects/moment.ts';

/** Noon of a day in the zone of the machine, whatever that is. */
const now = new Date(2026, 10, 29, 12, 0, 0);

describe('a moment', () => {
  it.each([
    ['now', now],
    ['today', new Date(2026, 10, 29)],
    ['yesterday', new Date(2026, 10, 28)],
    ['90s', new Date(2026, 10, 29, 11, 58, 30)],
    ['2h', new Date(2026, 10, 29, 10)],
    ['1.5h', new Date(2026, 10, 29, 10, 30)],
    ['2026-11-01', new Date(2026, 10, 1)],
    ['2026-11-28T06:00Z', new Date(Date.UTC(2026, 10, 28, 6))],
    ['2026-11-28T06:00+01:00', new Date(Date.UTC(2026, 10, 28, 5))],
  ])('%s', (text, moment) => {
    expect(parseMoment('--since', text, now)).toEqual(moment);
  });

  it.each(['', 'last week', '2026-02-30', '2026-13-01', '28.11.2026', '2 fortnights', '-2h', '2026-11-28Tnoon'])(
    'is not %j',
    (text) => {
      expect(() => parseMoment('--since', text, now)).toThrow(
        expect.objectContaining({ code: 'CLI_ARGUMENT_INVALID', message: expect.stringContaining('--since is') }),
      );
    },
  );
});

describe('a length of time', () => {
  it.each([
    ['0s', 0],
    ['90s', 90_000],
    ['10m', 600_000],
    ['10 min', 600_000],
    ['3d', 259_200_000],
    ['1w', 604_800_000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration('--deadline', text)).toBe(ms);
  });

  it.each(['', '10', 'm', '10 minutes', '1e3s'])('is not %j', (text) => {
    expect(() => parseDuration('--deadline', text)).toThrow(expect.objectContaining({ code: 'CLI_ARGUMENT_INVALID' }));
  });
});
