import { printable } from './printable.ts';
import { displayWidth, pad, shorten } from './display-width.ts';
import { bytes, count, duration } from './quantities.ts';
import { type ObjectProgress, type ProgressState, timeLeft } from './progress-state.ts';
import type { Paint } from './style.ts';

/** How many objects get a line of their own. */
const MOST_OBJECTS = 8;
const BAR = 10;

/** One line for each object in flight, and one for the run. None is wider than `width`, so that each takes one row. */
export function liveLines(state: ProgressState, now: number, width: number, brush: Paint): readonly string[] {
  const current = [...state.current];
  const shown = current.slice(0, MOST_OBJECTS).map((object) => objectLine(object, now, width, brush));
  const more = current.length - shown.length;
  return [
    ...shown,
    ...(more > 0 ? [`  … and ${count(more)} more`] : []),
    shorten(`  ${totalText(state, now)}`, width - 1),
  ];
}

function objectLine(
  { ref, counts, size, startedAt }: ObjectProgress,
  now: number,
  width: number,
  brush: Paint,
): string {
  const read = counts?.read ?? 0;
  const elapsed = now - startedAt;
  const rate = elapsed >= 1000 && read > 0 ? `${count((read - (counts?.skipped ?? 0)) / (elapsed / 1000))}/s` : '';
  const rejected = counts === undefined || counts.rejected === 0 ? '' : `${count(counts.rejected)} rejected`;
  const figures = [`${count(read)} records`, progressOf(counts?.bytesIn ?? 0, size), rate, rejected].filter(
    (text) => text !== '',
  );
  const after = figures.join('  ');
  // A narrow terminal shows the figures that fit after at least some of the name.
  const room = width - 1 - 4 - 2 - displayWidth(after);
  const name = printable(ref);
  if (room < 12) return shorten(`  ▸ ${name}`, width - 1);
  const nameWidth = Math.min(room, Math.max(displayWidth(name), 24));
  return `  ${brush('strong', '▸')} ${pad(shorten(name, nameWidth), nameWidth, 'left')}  ${after}`;
}

function progressOf(done: number, size: number | undefined): string {
  if (size === undefined || size === 0) return done === 0 ? '' : bytes(done);
  const ratio = Math.min(1, done / size);
  const full = Math.round(ratio * BAR);
  return `${'▇'.repeat(full)}${'▁'.repeat(BAR - full)} ${String(Math.floor(ratio * 100)).padStart(3)} %`;
}

/** The run in one line: `3 of 14 objects · 160,289 written · 2 rejected · 1 failed · 9,870/s · 31 s left`. */
export function totalText(state: ProgressState, now: number): string {
  const { finished, objects, written, rejected, failed, startedAt } = state;
  const elapsed = startedAt === undefined ? 0 : now - startedAt;
  const left = timeLeft(state, now);
  const parts = [
    objects === undefined ? `${count(finished)} objects done` : `${count(finished)} of ${count(objects)} objects`,
    `${count(written)} written`,
    rejected > 0 ? `${count(rejected)} rejected` : '',
    failed > 0 ? `${count(failed)} failed` : '',
    elapsed >= 1000 && written > 0 ? `${count(written / (elapsed / 1000))}/s` : '',
    state.bytes === undefined || state.bytes === 0 ? '' : `${bytes(state.bytesDone)} of ${bytes(state.bytes)}`,
    left === undefined ? '' : `${duration(left)} left`,
  ];
  return parts.filter((text) => text !== '').join(' · ');
}
