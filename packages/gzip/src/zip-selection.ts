/** A file of an archive, as its header tells of it. */
export interface ZipEntry {
  readonly name: string;
  /** Its size in bytes, where it is known before the file was read. */
  readonly size: number | undefined;
}

/** Which files are wanted. One for each item, as it remembers what it has met. */
export interface Selection<E> {
  readonly wants: (entry: E) => boolean;
  /** The names and globs that no file had; of a function, or the default, that there was no file. */
  readonly missing: () => readonly string[];
}

export type Wanted<E> = string | readonly string[] | ((entry: E) => boolean);

/** What programs of a Mac put beside the files that a person packs. */
const SIDE_FILE = /^__MACOSX\/|(?:^|\/)(?:\._[^/]*|\.DS_Store)$/;

export function selection<E extends { readonly name: string }>(wanted: Wanted<E> | undefined): Selection<E> {
  if (wanted === undefined || typeof wanted === 'function') {
    const test = wanted ?? (({ name }: E) => !SIDE_FILE.test(name));
    let met = false;
    return {
      wants: (entry) => {
        const isWanted = test(entry);
        met ||= isWanted;
        return isWanted;
      },
      missing: () => (met ? [] : ['any file']),
    };
  }
  const patterns = typeof wanted === 'string' ? [wanted] : wanted;
  const tests = patterns.map(globTest);
  const met = patterns.map(() => false);
  return {
    wants: ({ name }) => {
      let isWanted = false;
      for (const [index, test] of tests.entries()) {
        if (!test.test(name)) continue;
        met[index] = true;
        isWanted = true;
      }
      return isWanted;
    },
    missing: () => patterns.filter((_, index) => !met[index]),
  };
}

/** `*` is anything but a slash, `?` one such character, and a double star with a slash any folders, also none. */
function globTest(glob: string): RegExp {
  const source = glob.replace(/\*\*\/|\*+|\?|[^*?]+/g, (token) => {
    if (token === '**/') return '(?:.*/)?';
    if (token === '?') return '[^/]';
    if (token === '*') return '[^/]*';
    return token.startsWith('*') ? '.*' : token.replace(/[$()+.[\\\]^{|}]/g, String.raw`\$&`);
  });
  return new RegExp(`^${source}$`, 'su');
}

/** Checks the option `entries` of an archive. */
export function checkWanted(value: unknown): string | undefined {
  const names: readonly unknown[] = Array.isArray(value) ? value : [value];
  const isWanted =
    typeof value === 'function' || (names.length > 0 && names.every((name) => typeof name === 'string' && name !== ''));
  return isWanted ? undefined : 'a name, a glob, a list of them, or a function';
}
