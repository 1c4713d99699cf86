/*
 * Writes packages/encoding/src/letter-statistics.ts: which letters stand beside which beyond ASCII, and which characters are
 * common where there are thousands. Counted in what is on this machine: the names of countries, languages, currencies, units
 * and days in CLDR, as Node has them, and the messages of TypeScript.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LANGUAGES =
  'fr de es pt it nl da sv nb fi is ca pl cs sk hu ro hr sl tr lt lv et ru uk bg sr el he ar fa th vi'.split(' ');
const CHARACTER_GROUPS: Readonly<Record<string, { readonly locale: string; readonly keep: number }>> = {
  japanese: { locale: 'ja', keep: 700 },
  simplified: { locale: 'zh-Hans', keep: 900 },
  traditional: { locale: 'zh-Hant', keep: 900 },
  korean: { locale: 'ko', keep: 450 },
};
const MESSAGES: Readonly<Record<string, string>> = { 'zh-Hans': 'zh-cn', 'zh-Hant': 'zh-tw', pt: 'pt-br' };

const letters = Array.from('abcdefghijklmnopqrstuvwxyz');
const codes2 = letters.flatMap((a) => letters.map((b) => a + b));
const codes3 = codes2.flatMap((ab) => letters.map((c) => ab + c));

function textOf(locale: string): string {
  const names = (type: Intl.DisplayNamesType, codes: readonly string[]): readonly string[] => {
    const display = new Intl.DisplayNames(locale, { type, fallback: 'none' });
    return codes.flatMap((code) => display.of(code) ?? []);
  };
  const upper = (codes: readonly string[]): readonly string[] => codes.map((code) => code.toUpperCase());
  const dates = Array.from({ length: 366 }, (_, day) =>
    new Intl.DateTimeFormat(locale, { dateStyle: 'full', calendar: 'gregory' }).format(Date.UTC(2024, 0, day + 1)),
  ).filter((_, day) => day % 7 === 0 || day < 7);
  const units = ['hour', 'day', 'week', 'month', 'year', 'meter', 'kilogram', 'liter', 'percent'].map((unit) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(5),
  );
  const all = [
    ...names('region', upper(codes2)),
    ...names('language', [...codes2, ...codes3]),
    ...names('currency', upper(codes3)),
    ...dates,
    ...units,
  ];
  return [...new Set(all), messages(MESSAGES[locale] ?? locale)].join('\n');
}

function messages(folder: string): string {
  const file = fileURLToPath(import.meta.resolve(`typescript/lib/${folder}/diagnosticMessages.generated.json`));
  try {
    return Object.values(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>).join('\n');
  } catch {
    return ''; // TypeScript speaks 13 languages.
  }
}

/** Pairs with a letter beyond ASCII, where a blank stands for all that is no letter; in three classes by frequency. */
function pairsOf(locale: string): readonly string[] {
  const text = ` ${textOf(locale)
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}]+/gu, ' ')} `;
  const counts = new Map<string, number>();
  let total = 0;
  for (let at = 1; at < text.length; at += 1) {
    const pair = text.slice(at - 1, at + 1);
    if (!/[^ -~]/.test(pair)) continue;
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
    total += 1;
  }
  const least = [1 / 150, 1 / 800, 1 / 8000];
  const classOf = (count: number): number => least.findIndex((one) => count / total >= one);
  return least.map((_, index) =>
    [...counts]
      .filter(([, count]) => count > 1 && classOf(count) === index)
      .map(([pair]) => pair)
      .toSorted()
      .join(''),
  );
}

function charactersOf(locale: string, keep: number): string {
  const counts = new Map<string, number>();
  for (const character of textOf(locale)) {
    if (!/[\p{Script=Han}\p{Script=Hangul}]/u.test(character)) continue;
    counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  const sorted = [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return sorted
    .slice(0, keep)
    .map(([character]) => character)
    .toSorted()
    .join('');
}

const pairs = LANGUAGES.map(
  (locale) =>
    `  ${locale}: [${pairsOf(locale)
      .map((text) => `'${text}'`)
      .join(', ')}],`,
);
const characters = Object.entries(CHARACTER_GROUPS).map(
  ([name, { locale, keep }]) => `  ${name}: '${charactersOf(locale, keep)}',`,
);
const target = fileURLToPath(new URL('../packages/encoding/src/letter-statistics.ts', import.meta.url));
writeFileSync(
  target,
  `// Made by tools/letter-statistics.ts from CLDR ${process.versions['cldr']} and TypeScript's messages. Do not edit.

/** Pairs of letters, a blank for what is none, with one beyond ASCII at least: very common, common, known. */
export const LETTER_PAIRS: Readonly<Record<string, readonly string[]>> = {
${pairs.join('\n')}
};

/** The most common characters where there are thousands. */
export const COMMON_CHARACTERS: Readonly<Record<string, string>> = {
${characters.join('\n')}
};
`,
);
