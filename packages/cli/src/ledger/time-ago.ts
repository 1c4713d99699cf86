import { duration } from '@millrace/terminal';

/** How long ago a time was, such as `2 min ago`. Clocks differ a little, so the near future is now. */
export function ago(time: string, now: number = Date.now()): string {
  const ms = now - Date.parse(time);
  if (ms < 1000) return 'now';
  return `${duration(ms < 60_000 ? ms : Math.floor(ms / 60_000) * 60_000)} ago`;
}
