/** What must be known of a document before it is read: `parseXml` takes decoded text, and the name of what is a record. */
export interface XmlHead {
  readonly charset: string;
  readonly root: string;
}

/** Reads encoding and root element from the first bytes of a document. */
export function xmlHead(head: Buffer): XmlHead {
  const marked = byteOrder(head);
  const text = new TextDecoder(marked ?? 'latin1').decode(head);
  const declared = /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][-\w.]*)["']/.exec(text)?.[1];
  // Markup before the root; the quoted values of a DOCTYPE may hold anything.
  const rest = text.replaceAll(/<!--[^]*?-->|<\?[^]*?\?>|<!DOCTYPE(?:[^[>"']|"[^"]*"|'[^']*'|\[[^]*?\]\s*(?=>))*>/g, '');
  const root = /<([^\s/>!?]+)/.exec(rest)?.[1] ?? 'missing';
  // The name is in the document's encoding.
  const name = marked === undefined && declared?.toLowerCase() !== 'iso-8859-1' ? Buffer.from(root, 'latin1') : undefined;
  return { charset: marked ?? declared ?? 'utf-8', root: name === undefined ? root : name.toString('utf8') };
}

function byteOrder(head: Buffer): string | undefined {
  const start = head.toString('latin1', 0, 4);
  if (start.startsWith('\xff\xfe') || start === '<\0?\0' || start === '<\0!\0') return 'utf-16le';
  if (start.startsWith('\xfe\xff') || start === '\0<\0?' || start === '\0<\0!') return 'utf-16be';
  return start.startsWith('\xef\xbb\xbf') ? 'utf-8' : undefined;
}
