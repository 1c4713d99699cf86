import { XmlFault } from './xml-fault.ts';
import { withoutReferences } from './xml-references.ts';
import type { XmlVersion } from './xml-version.ts';

/** Returns what text means, or why it is not well-formed. */
export function meaningOfText(raw: string, version: XmlVersion): string | XmlFault {
  if (raw.includes(']]>')) return new XmlFault('it contains "]]>". Write the last character as "&gt;".');
  return withoutReferences(withLineFeeds(raw, version), version);
}

/** Returns what the value of an attribute means, or why it is not well-formed: its white space is spaces. */
export function meaningOfValue(raw: string, version: XmlVersion): string | XmlFault {
  if (raw.includes('<')) return new XmlFault('the value of an attribute contains "<".');
  return withoutReferences(withLineFeeds(raw, version).replaceAll(/[\t\n]/g, ' '), version);
}

/** Makes every line end a line feed. */
export function withLineFeeds(raw: string, version: XmlVersion): string {
  return raw.replaceAll(version.lineEnd, '\n');
}
