/** What must be known of a document before it is read: `parseXml` takes decoded text, and the name of what is a record. */
export interface XmlHead {
  readonly charset: string;
  readonly root: string;
}

/** Reads encoding and root element from the first bytes of a document. */
export function xmlHead(head: Buffer): XmlHead {
  const marked = byteOrder(head);
  const isWide = marked !== undefined && marked !== 'utf-8';
  const text = isWide ? new TextDecoder(marked).decode(head) : head.toString('latin1');
  const declared = /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][-\w.]*)["']/.exec(text)?.[1];
  // Markup before the root; the quoted values of a DOCTYPE may hold anything.
  const rest = text.replaceAll(
    /<!--[^]*?-->|<\?[^]*?\?>|<!DOCTYPE(?:[^[>"']|"[^"]*"|'[^']*'|\[[^]*?\]\s*(?=>))*>/g,
    '',
  );
  const root = /<([^\t\n\r />!?]+)/.exec(rest)?.[1] ?? 'missing';
  const charset = marked ?? declared ?? 'utf-8';
  return { charset, root: isWide ? root : decoded(root, charset) };
}

/** The name of bytes in the document's encoding. */
function decoded(bytes: string, charset: string): string {
  try {
    return new TextDecoder(charset).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return bytes;
  }
}

function byteOrder(head: Buffer): string | undefined {
  const start = head.toString('latin1', 0, 4);
  if (start.startsWith('\xff\xfe') || start === '<\0?\0' || start === '<\0!\0') return 'utf-16le';
  if (start.startsWith('\xfe\xff') || start === '\0<\0?' || start === '\0<\0!') return 'utf-16be';
  return start.startsWith('\xef\xbb\xbf') ? 'utf-8' : undefined;
}
