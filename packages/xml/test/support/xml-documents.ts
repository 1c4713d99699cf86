/** Small documents that have every construct of XML, in their most error-prone neighborhoods. */
export const DOCUMENTS: readonly string[] = [
  '<r><o a="1">x</o><o/></r>',
  '\uFEFF<?xml version="1.0" encoding="UTF-8"?>\n<r/>\n',
  "<?xml version='1.0' standalone='yes' ?><r >t</r >",
  '<!-- a - b --><r><!----><o>1<!-- <x> & --></o></r><!-- end -->',
  '<r>a &amp; b &#65;&#x1F600;&lt;<o t="&quot;&apos;&gt;"/></r>',
  '<r><![CDATA[<a> ]] & ]]]><o><![CDATA[]]></o></r>',
  '<?pi?><?p-i some <text> ??><r><?q\tx?></r><?z ?>',
  '<!DOCTYPE r [<!ELEMENT r ANY> <!-- \' ] > --> <!ENTITY e "]>"> <?p \'?>]><r>1</r>',
  '<!DOCTYPE r PUBLIC "-//x//y" \'u["\'><r><é:x ñ_-.1="2\t3"/></r>',
  '<r \n a = "x\r\ny"\tb=\'\r\'\n>\r\n1\r2\n3</r\r\n>',
  '<r><a>1</a> ]] <b>2</b>]]</r>',
  "<?xml version='1.1'?><r\u0085a='\u2028'>x\u0085y\r\u0085&#1;\u2028</r\u0085>",
  '<r xmlns="u" xmlns:p="v"><p:a p:b="1" b="2">😀日</p:a></r>',
];

/** What a character is replaced by, or is put before it. */
const CHARACTERS: readonly string[] = [
  ...'<>&;/!?=\'"-[]:x1 \n\r\t#.'.split(''),
  '\u0001',
  '\u0085',
  '\u00B7',
  '\u0301',
  '\u2028',
  '\uD83D',
  '\uFEFF',
  '\uFFFE',
  '\u{EFFFF}',
];

/** The document, cut off at each character, and with each character removed, replaced and preceded by others. */
export function* mutationsOf(document: string): Generator<string> {
  yield document;
  for (let at = 0; at < document.length; at += 1) {
    const before = document.slice(0, at);
    const after = document.slice(at + 1);
    yield before;
    yield before + after;
    for (const character of CHARACTERS) {
      yield before + character + after;
      yield before + character + document[at]! + after;
    }
  }
  yield document + document;
}
