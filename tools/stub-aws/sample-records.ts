/** A record as a price feed would send it. */
export type SampleRecord = Readonly<Record<string, unknown>>;

/** Texts beyond ASCII, of which a charset must have all. */
const TITLES: Readonly<Record<string, readonly string[]>> = {
  'utf-8': ['Half-Life 2', 'Portal', 'Ведьмак 3', '原神', 'Disco Elysium', 'Pokémon Élite'],
  'windows-1252': ['Half-Life 2', 'Portal', 'Größe – “Édition”', 'Pokémon Élite', 'Disco Elysium', 'Señor €9'],
  shift_jis: ['Half-Life 2', 'Portal', '原神', 'ゼルダの伝説 表示', 'ﾌｧｲﾅﾙﾌｧﾝﾀｼﾞｰ', 'Disco Elysium'],
};

const WORDS =
  'the price of this item includes delivery, returns within thirty days and a “warranty” of two years'.split(' ');

/** Answers the same records on every machine: number 0, 1, 2 … at each call. */
export function sampleRecords(format: 'ndjson' | 'csv', charset: string, recordBytes: number): () => SampleRecord {
  const titles = TITLES[charset];
  if (titles === undefined)
    throw new TypeError(`No sample texts in ${charset}; there are ${Object.keys(TITLES).join(', ')}.`);
  const random = linearCongruential(42);
  let number = 0;
  return () => {
    const base = baseRecord(number, titles, random);
    number += 1;
    return format === 'csv' ? flat(base, number) : grown(base, recordBytes, charset === 'utf-8', random);
  };
}

type Random = (below: number) => number;

/** About 300 bytes as JSON. */
function baseRecord(number: number, titles: readonly string[], random: Random): SampleRecord {
  return {
    id: `app-${100_000 + random(900_000)}`,
    title: titles[random(titles.length)],
    seller: `seller-${random(5000)}.example.com`,
    price: random(100_000) / 100,
    currency: ['EUR', 'USD', 'JPY'][random(3)],
    stock: random(1000),
    available: random(2) === 0,
    discount: random(4) === 0 ? null : random(90),
    rating: { stars: random(50) / 10, votes: random(1_000_000) },
    seen: new Date(1_700_000_000_000 + number * 1000).toISOString(),
    agent: `feed-exporter/${random(9)}.${random(20)}.${random(100)} (batch ${random(2 ** 31)})`,
  };
}

/** Adds offers, each a map, and a text, in equal parts, until the record is as long as asked for. */
function grown(base: SampleRecord, bytes: number, anyText: boolean, random: Random): SampleRecord {
  const missing = bytes - Buffer.byteLength(JSON.stringify(base));
  if (missing < 100) return base;
  const offers: object[] = [];
  for (let length = 0; length < missing / 2; length += 75) {
    offers.push({
      shop: `shop-${random(900)}`,
      price: random(100_000) / 100,
      currency: 'EUR',
      days: random(14),
      used: random(2) === 0,
    });
  }
  let description = '';
  while (description.length < missing / 2) {
    const word = WORDS[random(WORDS.length)]!;
    description += `${anyText ? word : word.replaceAll(/[“”]/g, '')} `;
  }
  return { ...base, offers, description };
}

/** A CSV row: text by column, some of it in need of quotes, one in fifty over two lines. */
function flat({ rating, ...base }: SampleRecord, number: number): SampleRecord {
  const { stars, votes } = rating as { readonly stars: number; readonly votes: number };
  const note = number % 50 === 0 ? 'Sold out,\nback "soon"' : number % 5 === 0 ? 'new, boxed' : 'new';
  const columns = { ...base, stars, votes, note };
  return Object.fromEntries(
    Object.entries(columns).map(([name, value]) => [name, value === null ? '' : String(value)]),
  );
}

function linearCongruential(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** The records as lines of text. A CSV object begins with its header, which is a line of its own. */
export function lineOf(format: 'ndjson' | 'csv', record: SampleRecord): string {
  if (format === 'ndjson') return `${JSON.stringify(record)}\n`;
  return `${Object.values(record)
    .map((field) => quoted(String(field)))
    .join(',')}\n`;
}

export function headerOf(format: 'ndjson' | 'csv', record: SampleRecord): string {
  return format === 'csv' ? `${Object.keys(record).join(',')}\n` : '';
}

function quoted(field: string): string {
  return /[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
