/** The first lines of a text, without their line ends. A line that the sample cuts is left out. */
export function linesOf(text: string, complete: boolean, limit: number): readonly string[] {
  const lines: string[] = [];
  let at = 0;
  while (at < text.length && lines.length < limit) {
    const feed = text.indexOf('\n', at);
    if (feed === -1) {
      if (complete || lines.length === 0) lines.push(text.slice(at));
      break;
    }
    lines.push(text.slice(at, feed > at && text[feed - 1] === '\r' ? feed - 1 : feed));
    at = feed + 1;
  }
  return lines;
}

/** How most lines end. */
export function lineEndOf(text: string): '\n' | '\r\n' | '\r' | 'mixed' {
  const head = text.slice(0, 256 * 1024);
  const feeds = head.split('\n').length - 1;
  const both = head.split('\r\n').length - 1;
  const returns = head.split('\r').length - 1 - both;
  if (feeds === 0) return returns > 0 ? '\r' : '\n';
  if (both === feeds) return '\r\n';
  return both === 0 ? '\n' : 'mixed';
}
