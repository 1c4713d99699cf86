import { invalid } from '../xlsx-error.ts';
import type { PackageParts } from './package-parts.ts';
import { pathEvents } from './path-events.ts';

/** What one part of a package says of another. */
export interface Relationship {
  readonly id: string;
  /** The last step of its type, such as `worksheet`: what stands before it differs between transitional and strict files. */
  readonly type: string;
  /** The name of the part that it leads to. */
  readonly target: string;
}

const MAX_RELATIONSHIPS = 100_000;

/** Reads the relationships of a part; of the package itself if `source` is empty. None if it has no file of them. */
export async function relationshipsOf(parts: PackageParts, source: string): Promise<readonly Relationship[]> {
  const slash = source.lastIndexOf('/') + 1;
  const folder = source.slice(0, slash);
  const file = `${folder}_rels/${source.slice(slash)}.rels`;
  if (!parts.has(file)) return [];
  const found: Relationship[] = [];
  const events = pathEvents((path, attributes) => {
    if (path !== 'Relationships/Relationship' || attributes.get('TargetMode') === 'External') return;
    const [id, type, target] = ['Id', 'Type', 'Target'].map((name) => attributes.get(name));
    if (id === undefined || type === undefined || target === undefined)
      throw invalid('A relationship of it is incomplete');
    if (found.length >= MAX_RELATIONSHIPS) throw invalid(`It has more than ${MAX_RELATIONSHIPS} relationships`);
    found.push({ id, type: type.slice(type.lastIndexOf('/') + 1), target: resolvedTarget(folder, target) });
  });
  await parts.read(file, events);
  return found;
}

/** A target counts from the folder of its source, unless it begins with a slash. */
function resolvedTarget(folder: string, target: string): string {
  const steps: string[] = [];
  const whole = target.replaceAll('\\', '/');
  for (const step of (whole.startsWith('/') ? whole : folder + whole).split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return steps.join('/');
}
