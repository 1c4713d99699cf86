import {
  type FieldType,
  parseCsv,
  parseFixedWidth,
  parseJson,
  parseJsonSeq,
  parseLines,
  parseNdjson,
  parseRegex,
} from '@millrace/formats';
import type { Random } from '../reliability/random.ts';
import type { FuzzTarget } from './target.ts';
import { textTarget } from './text-target.ts';

const ndjson = [
  '{"a":1,"b":"x\\u00e9"}\n{"a":[true,null,-1.5e-7]}\r\n\n"é😀\u2028"\n',
  '\uFEFF1\n2\n{"n":9007199254740993}',
  `${'{"a":1,"b":"x"}\n'.repeat(70)}{"a":1,"a":2}\n{"a": 1, "b": 2}\n`,
];
const json = [
  '[{"a":1},{"b":"]}\\"é"},[],1.5,"x"]',
  '{"meta":{"id":7},"Records":[{"a":1},{"a":{"b":[1,2]}}],"end":true}',
  '{"groups":[{"name":"x","items":[1,2]},{"name":"y","items":[]}]}',
  '{"a":1}{"a":2}\n[3] "four"',
];
const sequences = ['\u001E{"a":1}\n\u001E[1,\n2]\n\u001E"é😀"\n\u001Etrue\n', '\uFEFF\u001E{"a":\u001E12\u001E3\n'];
const csv = [
  'sep=;\r\r\nid;name;price\r\r\n1;a;1.234,5\r\r\n\uFEFF2;b;31.12.2026\r\r\n',
  'id,name,price\r1,a,2\r2,b,3\r',
  'id;name;price\n1;"a, b";2\n',
  'id,name,price\n1,19" monitor,"1.234,56"x\n2,"a"b"c",23.11.2026\n',
  'id,name,price\r\n1,"a, ""b""\r\nc",2.5\n2,é😀,\n\n3,x,y\n',
  '\uFEFFid;name;price\n1;a;"b"\n# a comment\n2;"c\\"d";e\n',
  'id\tname\tprice\n1\ta\tb\n',
  `id,name,price\n${'1,x,2.5\n'.repeat(100)}2,"y",3\n`,
];
const lines = ['2026-01-01 start\n  at one\n  at two\n2026-01-02 next é😀\r\nlast', 'key=1;b=2\n\nkey=3;b=x\n'];
const fixed = [
  '0001 Grüße     12.5\n0002 x          7  \n',
  'short\n',
  '0003 東京都 ｱ   1.250\n0004 e\u0301😀한      1,5 \r\r\n\uFEFF0005 \u200d👨‍👩‍👧\n',
];

/** What the text of a column may become. */
const NUMBERS_AND_DATES: readonly FieldType[] = [
  'decimal',
  'number',
  'bigint',
  'boolean',
  { type: 'number', decimal: ',', thousands: '.' },
  { type: 'decimal', decimal: ',' },
  { type: 'date', format: 'DD.MM.YYYY' },
];

const maxRecordChars = (random: Random): number => random.pick([5, 40, 10_000]);

/** Parsers, behind a decoder of UTF-8 that rejects records with bytes that are none. */
export const textTargets: readonly FuzzTarget[] = [
  textTarget('parseNdjson', ndjson, '{ } [ ] : , " \\ \n \r\n true null 1e400 9007199254740993 \uFEFF', (random) =>
    parseNdjson({
      maxRecordChars: maxRecordChars(random),
      blankLines: random.pick(['skip', 'reject']),
      numbers: random.pick(['double', 'exact']),
      duplicateKeys: random.pick(['fail', 'first', 'last']),
    }),
  ),
  textTarget('parseJson', json, '{ } [ ] : , " \\ \n Records "Records":[ "items": 1e400 {"a":1}', (random) =>
    parseJson({
      ...random.pick([
        {},
        { path: '' },
        { path: 'Records[*]', copy: { id: 'meta' } },
        { path: 'groups[*].items[*]', copy: { group: 'groups[*].name' } },
      ]),
      maxRecordChars: maxRecordChars(random),
      concatenated: random.chance(0.5),
      onMissing: random.pick(['fail', 'skip']),
      numbers: random.pick(['double', 'exact']),
      duplicateKeys: random.pick(['fail', 'first', 'last']),
    }),
  ),
  textTarget('parseJsonSeq', sequences, '\u001E \n { } [ ] : , " \\ true 1e400 {"a":1,"a":2} \uFEFF', (random) =>
    parseJsonSeq({
      maxRecordChars: maxRecordChars(random),
      numbers: random.pick(['double', 'exact']),
      duplicateKeys: random.pick(['fail', 'first', 'last']),
    }),
  ),
  textTarget('parseCsv', csv, '" "" , ; \t \n \r\n \r # \\ id \uFEFF', (random) =>
    parseCsv<unknown>({
      delimiter: random.pick([',', ';', '\t', 'sniff']),
      quote: random.pick(['"', "'", false]),
      ...(random.chance(0.3) && { comment: '#' }),
      ...(random.chance(0.3) && {
        columns: ['id', 'name', 'price'],
        types: {
          id: 'integer',
          price: random.pick(NUMBERS_AND_DATES),
        },
      }),
      quotes: random.pick(['strict', 'lenient']),
      trim: random.chance(0.3),
      skipLines: random.pick([0, 0, 1]),
      duplicateColumns: random.pick(['fail', 'number']),
      emptyColumns: random.pick(['fail', 'number']),
      shortRows: random.pick(['reject', 'fill']),
      longRows: random.pick(['reject', 'cut']),
      maxRecordChars: maxRecordChars(random),
    }),
  ),
  textTarget('parseLines', lines, '\n \r\n \r 2026-01-01 \uFEFF', (random) =>
    parseLines({
      blankLines: random.pick(['skip', 'reject', 'keep']),
      maxRecordChars: maxRecordChars(random),
    }),
  ),
  {
    ...textTarget('parseLines-multiline', lines, '\n \r\n \r 2026-01-01 \uFEFF', (random) =>
      parseLines({
        blankLines: random.pick(['skip', 'reject', 'keep']),
        multiline: {
          ...random.pick([{ start: /^\d{4}-/ }, { continuation: /^\s/ }]),
          maxLines: random.pick([2, 1000]),
        },
        maxRecordChars: maxRecordChars(random),
      }),
    ),
    // Joined lines are kept with line feeds, whatever they ended in.
    offsetsAreExact: false,
  },
  textTarget('parseRegex', lines, '\n \r\n key= ; = 99999999999999999999', (random) =>
    parseRegex<unknown>(/^(?<key>\w+)=(?<value>\d+);(?<rest>.*)$/, {
      types: { value: random.pick<FieldType>(['integer', ...NUMBERS_AND_DATES]) },
      blankLines: random.pick(['skip', 'match']),
      maxRecordChars: maxRecordChars(random),
    }),
  ),
  textTarget('parseFixedWidth', fixed, '\n \r\n \t 0001 😀', (random) =>
    parseFixedWidth<unknown>({
      columns: [
        { name: 'id', width: 4 },
        { name: 'name', start: 5, width: 10 },
        { name: 'price', width: 5 },
      ],
      types: { id: 'integer', price: random.pick(NUMBERS_AND_DATES) },
      unit: random.pick(['characters', 'utf16', 'utf8', 'columns']),
      trim: random.pick(['both', 'start', 'end', 'none']),
      shortLines: random.pick(['reject', 'fill']),
      longLines: random.pick(['reject', 'cut']),
      maxRecordChars: maxRecordChars(random),
    }),
  ),
];
