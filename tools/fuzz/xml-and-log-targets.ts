import { parseXml } from '@millrace/xml';
import { PARSERS } from '../../packages/aws-logs/test/parsers.ts';
import type { FuzzTarget } from './target.ts';
import { textTarget } from './text-target.ts';

const xml = [
  '\uFEFF<?xml version="1.0"?>\n<orders>\r\n<order id="1" é=\'>\'><line q="2">x &amp; 😀</line><line/></order>\n<order/></orders>\n',
  '<!DOCTYPE r [<!ENTITY a "]>"> <!-- \' -->]><r><order><![CDATA[<a> ]] ]]><b:c>&#x1F600;</b:c><!-- <order> --></order></r>',
  '<n:orders xmlns:n="x"><n:order unit=" ">&#160;</n:order><n:order unit="mm">　</n:order><order>&#x0000000041;&#000066;</order></n:orders>',
  `<r>${'<order><a>1</a></order>'.repeat(40)}<order>${'long '.repeat(200)}</order></r>`,
];
const xmlTokens =
  '< > </ /> <order> </order> & &amp; &#0; &#160; &#x0000041; n: xmlns:n ; " = <![CDATA[ ]]> <!-- --> <? ?> <!DOCTYPE [ \n \r \0';

/** `parseXml`, and the parsers of AWS's logs. */
export const xmlAndLogTargets: readonly FuzzTarget[] = [
  textTarget('parseXml', xml, xmlTokens, (random) =>
    parseXml<unknown>({
      record: random.pick(['order', '/orders/order', '/r/order', 'n:order', '/n:orders/n:order']),
      arrays: random.pick([[], ['line'], 'all'] as const),
      stripPrefixes: random.chance(0.5),
      trim: random.chance(0.5),
      onMissing: random.pick(['fail', 'skip']),
      maxRecordChars: random.pick([5, 40, 10_000]),
      maxDepth: random.pick([2, 100, 100, 100]),
      maxAttributes: random.pick([1, 256]),
      maxMarkupChars: random.pick([40, 65_536, 65_536, 65_536]),
    }),
  ),
  ...Object.entries(PARSERS).map(([name, { sample, create }]) =>
    textTarget(
      name,
      [sample, `${sample}\r\n${sample}\n`],
      '" \\" [ ] { } - \t \n \r\n #Fields: bytes 2^53 % %FF :',
      (random) => create({ maxRecordChars: random.pick([40, 600, 10_000]) }),
    ),
  ),
];
