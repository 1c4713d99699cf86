export { parseXml, type ParseXmlOptions } from './parse-xml.ts';
export type { XmlRecord, XmlValue } from './xml-record.ts';
