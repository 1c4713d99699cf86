import type { Parser } from '@millrace/core';
import { type Block, type ParserContext, rejected } from '@millrace/core/plugin';
import { parseXml } from '@millrace/xml';
import { PARSERS } from '../../packages/aws-logs/test/parsers.ts';
import { parseCsv, parseFixedWidth, parseJson, parseLines, parseNdjson, parseRegex } from '@millrace/formats';

/** A parser, and text for it. */
export interface Format {
  readonly name: string;
  /** Text of about so many characters, all of it sound. */
  readonly text: (chars: number) => string;
  readonly codec: Parser<string, unknown>;
}

const row = (n: number) => ({
  sku: `SKU-${n * 7919}`,
  title: `Größe Œuvre item ${n} of the price feed of today`,
  price: (n % 1000) / 8,
  currency: 'EUR',
  quantity: n % 50,
  updated: `2026-11-23T04:00:${String(n % 60).padStart(2, '0')}Z`,
  warehouse: `hall ${n % 9}`,
});
const cells = (n: number): readonly string[] => Object.values(row(n)).map(String);

/** Lines at the head of a log that name its fields. */
const HEAD_LINES: Readonly<Record<string, number>> = { parseVpcFlowLog: 1, parseCloudFrontLog: 2 };

export const FORMATS: readonly Format[] = [
  { name: 'parseNdjson', text: repeated(json), codec: parseNdjson() },
  { name: 'parseNdjson, exact', text: repeated(json), codec: parseNdjson({ numbers: 'exact' }) },
  { name: 'parseJson', text: (chars) => `[${repeated(json, ',\n')(chars).slice(0, -2)}]`, codec: parseJson() },
  {
    name: 'parseCsv',
    text: (chars) => `${Object.keys(row(0)).join(',')}\n${repeated((n) => cells(n).join(','))(chars)}`,
    codec: parseCsv(),
  },
  {
    name: 'parseCsv, all quoted',
    text: (chars) => `${Object.keys(row(0)).join(',')}\n${repeated((n) => `"${cells(n).join('","')}"`)(chars)}`,
    codec: parseCsv(),
  },
  { name: 'parseLines', text: repeated((n) => cells(n).join(' ')), codec: parseLines() },
  {
    name: 'parseLines, multiline',
    text: repeated((n) => `${cells(n).join(' ')}\n  at one\n  at two`),
    codec: parseLines({ multiline: { start: /^\S/ } }),
  },
  {
    name: 'parseRegex',
    text: repeated((n) => cells(n).join('|')),
    codec: parseRegex(/^(?<sku>[^|]+)\|(?<title>[^|]+)\|(?<price>[^|]+)\|(?<rest>.*)$/),
  },
  {
    name: 'parseFixedWidth',
    text: repeated((n) =>
      cells(n)
        .map((cell) => cell.padEnd(60))
        .join(''),
    ),
    codec: parseFixedWidth({ columns: Object.keys(row(0)).map((name) => ({ name, width: 60 })) }),
  },
  {
    name: 'parseXml',
    text: (chars) => `<prices>\n${repeated((n) => `<price>${elements(n)}</price>`)(chars)}</prices>`,
    codec: parseXml<unknown>({ record: 'price' }),
  },
  ...Object.entries(PARSERS).map(([name, { create, sample }]): Format => ({
    name,
    text: logText(name, sample),
    codec: create(),
  })),
];

/** The records of a sample again and again, behind its head or in its array. */
function logText(name: string, sample: string): Format['text'] {
  if (name === 'parseCloudTrail') {
    const { Records } = JSON.parse(sample) as { readonly Records: readonly unknown[] };
    return (chars) => `{"Records":[${repeated(() => JSON.stringify(Records[0]), ',')(chars).slice(0, -1)}]}`;
  }
  const lines = sample.trim().split(/\r?\n/);
  const head = lines.splice(0, HEAD_LINES[name] ?? 0).map((line) => `${line}\n`);
  return (chars) => head.join('') + repeated((n) => lines[n % lines.length]!)(chars);
}

function elements(n: number): string {
  return Object.entries(row(n))
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('');
}

function json(n: number): string {
  return JSON.stringify(row(n));
}

function repeated(make: (n: number) => string, end = '\n'): (chars: number) => string {
  return (chars) => {
    const parts: string[] = [];
    let length = 0;
    for (let n = 0; length < chars; n += 1) {
      const part = make(n) + end;
      parts.push(part);
      length += part.length;
    }
    return parts.join('');
  };
}

/** Sends the text through the parser in chunks. Answers the number of records; none may be rejected. */
export function parseAll({ name, codec }: Format, text: string, chunk: number): number {
  const context: ParserContext = {
    feed: 'speed',
    run: 'speed',
    stage: name,
    signal: new AbortController().signal,
    item: { id: 'speed', uri: 'speed' },
    count: () => {},
    note: () => {},
    reject: (record) => {
      throw new Error(`${name}: ${record.message}`, { cause: rejected(record) });
    },
  };
  const stage = codec.start(context);
  let records = 0;
  const take = (produced: unknown): void => {
    records += Array.isArray(produced) ? produced.length : (produced as Block<unknown>).records.length;
  };
  for (let at = 0; at < text.length; at += chunk) take(stage.push(text.slice(at, at + chunk)));
  take(stage.end?.() ?? []);
  return records;
}
