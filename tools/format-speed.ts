import { spread } from './bench/statistics.ts';
import { FORMATS, parseAll } from './format-speed/formats.ts';

/**
 * CPU time of each parser relative to `JSON.parse` in a bare loop over lines with as many bytes, in turn in one process:
 * `pnpm run format-speed`. The figures stand in docs/formats.md. The last line is one JSON object.
 */
const ROUNDS = 15;
const CHUNK = 56 * 1024;
const CHARS = 4 * 1024 * 1024;

function micros(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

const lines = FORMATS[0]!.text(CHARS).split('\n').slice(0, -1);
let parsed = 0;
const floor = (): void => {
  for (const line of lines) parsed += JSON.parse(line) === null ? 0 : 1;
};
const floorChars = lines.reduce((sum, { length }) => sum + length + 1, 0);

const texts = FORMATS.map(({ text }) => text(CHARS));
const ratios = FORMATS.map((): number[] => []);
const records = FORMATS.map(() => 0);
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [index, format] of FORMATS.entries()) {
    const text = texts[index]!;
    const perChar = micros(floor) / floorChars;
    const own = micros(() => {
      records[index] = parseAll(format, text, CHUNK);
    });
    // The first rounds compile.
    if (round >= 3) ratios[index]!.push(own / text.length / perChar);
  }
}
if (parsed === 0) throw new Error('nothing was parsed');
const speeds = Object.fromEntries(
  FORMATS.map(({ name }, index) => [name, Number(spread(ratios[index]!).median.toFixed(2))]),
);
for (const [index, { name }] of FORMATS.entries()) {
  const length = Math.round(texts[index]!.length / records[index]!);
  console.log(`${name.padEnd(28)} ${String(speeds[name]).padStart(6)} × JSON.parse, ${length} characters a record`);
}
console.log(JSON.stringify({ node: process.version, rounds: ROUNDS - 3, speeds }));
