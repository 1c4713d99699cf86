import { execFileSync } from 'node:child_process';
import type { Reading } from './xml-events.ts';

/** Reads a list of texts, and writes the events of each, or null for one that is refused. */
const PROGRAM = `
import json, sys
from xml.parsers import expat

def read(text):
    events = []
    parser = expat.ParserCreate('utf-8')
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: events.append(['open', name, attributes])
    parser.EndElementHandler = lambda name: events.append(['close'])
    parser.CharacterDataHandler = lambda some: events.append(['text', some])
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError:
        return None
    return events

json.dump([read(text) for text in json.load(sys.stdin.buffer)], sys.stdout)
`;

/** The documents as expat reads them, in Python; nothing if there is no Python. */
export function readByExpat(texts: readonly string[]): readonly Reading[] | undefined {
  try {
    const output = execFileSync('python3', ['-c', PROGRAM], {
      input: JSON.stringify(texts),
      maxBuffer: 1e9,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    return (JSON.parse(output.toString()) as readonly (NonNullable<Reading> | null)[]).map((read) => read ?? undefined);
  } catch {
    return undefined;
  }
}
