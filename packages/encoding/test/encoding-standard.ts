/** An encoding of the Encoding Standard, under its name in lower case. */
export interface StandardEncoding {
  readonly name: string;
  /** Its other labels. */
  readonly labels: string;
  /** How many sequences its index defines, as `sequencesOf` lists them, and the start of their SHA-256. */
  readonly count?: number;
  readonly digest?: string;
}

/**
 * All encodings and labels of https://encoding.spec.whatwg.org. The digests were made from its indexes, as of 2026-05-21,
 * by decoders written after its text, and not by the code that is tested.
 */
export const STANDARD_ENCODINGS: readonly StandardEncoding[] = [
  { name: 'utf-8', labels: 'unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf8 x-unicode20utf8' },
  { name: 'ibm866', labels: '866 cp866 csibm866', count: 128, digest: '74762f7fb26ee414a5f1c257232cd2d9' },
  {
    name: 'iso-8859-2',
    labels: 'csisolatin2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2',
    count: 128,
    digest: 'd0f9f4c0c9e4be07ad09a990859ded53',
  },
  {
    name: 'iso-8859-3',
    labels: 'csisolatin3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3',
    count: 121,
    digest: '99243568f7b61060fed1e657300895a1',
  },
  {
    name: 'iso-8859-4',
    labels: 'csisolatin4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4',
    count: 128,
    digest: '06c4f00a8fb5507b408286e7b6112379',
  },
  {
    name: 'iso-8859-5',
    labels: 'csisolatincyrillic cyrillic iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988',
    count: 128,
    digest: '6442315df2c5450b3d9f8adab5388c04',
  },
  {
    name: 'iso-8859-6',
    labels:
      'arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6-e iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987',
    count: 83,
    digest: '43e2693f62c0d5a89909d5484a31d523',
  },
  {
    name: 'iso-8859-7',
    labels:
      'csisolatingreek ecma-118 elot_928 greek greek8 iso-ir-126 iso8859-7 iso88597 iso_8859-7 iso_8859-7:1987 sun_eu_greek',
    count: 125,
    digest: '75a7a9f910dbca460e2e0d9c408c3c25',
  },
  {
    name: 'iso-8859-8',
    labels:
      'csiso88598e csisolatinhebrew hebrew iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8 iso_8859-8:1988 visual',
    count: 92,
    digest: '5a7ec307bdc2491168f785bd3d11260f',
  },
  { name: 'iso-8859-8-i', labels: 'csiso88598i logical', count: 92, digest: '5a7ec307bdc2491168f785bd3d11260f' },
  {
    name: 'iso-8859-10',
    labels: 'csisolatin6 iso-ir-157 iso8859-10 iso885910 l6 latin6',
    count: 128,
    digest: '16356c1f1b7ba214dbc94db36f62562a',
  },
  { name: 'iso-8859-13', labels: 'iso8859-13 iso885913', count: 128, digest: 'a3da016c4a1fa6f680c2d166251f30ac' },
  { name: 'iso-8859-14', labels: 'iso8859-14 iso885914', count: 128, digest: '3fa7e8612031200ec34e37c0758babe7' },
  {
    name: 'iso-8859-15',
    labels: 'csisolatin9 iso8859-15 iso885915 iso_8859-15 l9',
    count: 128,
    digest: '8635c679733389f56c3cef6e8ca5f95b',
  },
  { name: 'iso-8859-16', labels: '', count: 128, digest: '69bf0e797519e07e48218454662dd22f' },
  { name: 'koi8-r', labels: 'cskoi8r koi koi8 koi8_r', count: 128, digest: 'e7aef5be3bbcba31edb6c9ca262fab5f' },
  { name: 'koi8-u', labels: 'koi8-ru', count: 128, digest: '24556be328faba09856ce4c3c8914d9a' },
  { name: 'macintosh', labels: 'csmacintosh mac x-mac-roman', count: 128, digest: '90023f982fb9e0915208e052cf336504' },
  {
    name: 'windows-874',
    labels: 'dos-874 iso-8859-11 iso8859-11 iso885911 tis-620',
    count: 120,
    digest: '56ae772cc46c9914b132d7d2a309d513',
  },
  { name: 'windows-1250', labels: 'cp1250 x-cp1250', count: 128, digest: '4c35dffb640bdad50d58e874f00aa6c8' },
  { name: 'windows-1251', labels: 'cp1251 x-cp1251', count: 128, digest: '107078d2627ff71284251854c12a5f6a' },
  {
    name: 'windows-1252',
    labels:
      'ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii x-cp1252',
    count: 128,
    digest: '41438e57a0e46d921a39c91298b19289',
  },
  { name: 'windows-1253', labels: 'cp1253 x-cp1253', count: 125, digest: '26365592f31844416fdd08b63c06eb1f' },
  {
    name: 'windows-1254',
    labels: 'cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 x-cp1254',
    count: 128,
    digest: '517db4a2095e64d7b9132e34db92997f',
  },
  { name: 'windows-1255', labels: 'cp1255 x-cp1255', count: 118, digest: '643017530ca3700eca465f464663e5c5' },
  { name: 'windows-1256', labels: 'cp1256 x-cp1256', count: 128, digest: '270b8a53e1411d9e06cfb0097308bc13' },
  { name: 'windows-1257', labels: 'cp1257 x-cp1257', count: 126, digest: 'de61a9b61c5a549c4cc04d2742aaacf1' },
  { name: 'windows-1258', labels: 'cp1258 x-cp1258', count: 128, digest: '11e0a52dc4fbda08a28f9f2e6fae37f2' },
  { name: 'x-mac-cyrillic', labels: 'x-mac-ukrainian', count: 128, digest: '91d42105421c586c6124cad447e0713a' },
  {
    name: 'gbk',
    labels: 'chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 iso-ir-58 x-gbk',
    count: 23941,
    digest: '22687fc79945326c8f17c9d5f4dc77e3',
  },
  { name: 'gb18030', labels: '', count: 63360, digest: '9496feda2ae961b9b966a6dc0bb92a38' },
  {
    name: 'big5',
    labels: 'big5-hkscs cn-big5 csbig5 x-x-big5',
    count: 18594,
    digest: 'fb25c838ac48ed5f1afa49791b8de9e3',
  },
  { name: 'euc-jp', labels: 'cseucpkdfmtjapanese x-euc-jp', count: 13466, digest: '9a7066ebb894f9a9aa4a02e1791d37ab' },
  { name: 'iso-2022-jp', labels: 'csiso2022jp' },
  {
    name: 'shift_jis',
    labels: 'csshiftjis ms932 ms_kanji shift-jis sjis windows-31j x-sjis',
    count: 9668,
    digest: 'f9bebc3618d551374aa8d726b5bdfc88',
  },
  {
    name: 'euc-kr',
    labels: 'cseuckr csksc56011987 iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949',
    count: 17048,
    digest: 'a5e919a75f66d8e116085b248f952d55',
  },
  { name: 'replacement', labels: 'csiso2022kr hz-gb-2312 iso-2022-cn iso-2022-cn-ext iso-2022-kr' },
  { name: 'utf-16be', labels: 'unicodefffe' },
  { name: 'utf-16le', labels: 'csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16' },
  { name: 'x-user-defined', labels: '' },
];
