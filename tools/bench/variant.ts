/** One way to do a row's work, in a process of its own. */
export interface Variant {
  readonly name: string;
  readonly role: 'floor' | 'millrace' | 'peer';
  readonly program: Program;
  /** Part of the row's records that it carries, where all of them would take too long. Rates are per record. @default 1 */
  readonly share?: number;
  /** Writes fewer items than records. @default false */
  readonly packs?: boolean;
  /** Flags of Node for its process. */
  readonly nodeFlags?: readonly string[];
}

export type Program =
  /** A module of this suite, by its path. It exports `open`. */
  | { readonly kind: 'module'; readonly path: string; readonly options?: Readonly<Record<string, unknown>> }
  /** A module of `peers/`, whose dependencies are installed on demand. */
  | { readonly kind: 'peer'; readonly path: string }
  | { readonly kind: 'python'; readonly path: string }
  /** A command line, which gets the path of the object's file as `$1`, and prints the number of records. */
  | { readonly kind: 'shell'; readonly command: string };

function own(name: string, role: Variant['role'], path: string, options?: Readonly<Record<string, unknown>>): Variant {
  return { name, role, program: { kind: 'module', path: `variants/${path}.ts`, ...(options && { options }) } };
}

function peer(name: string, path = name): Variant {
  return { name, role: 'peer', program: { kind: 'peer', path: `peers/${path}.mjs` } };
}

/** What Lambda starts Node with at 256 MB: a tenth for the young generation, in two halves, and the rest for the old one. */
const LAMBDA_256_FLAGS = ['--max-semi-space-size=12', '--max-old-space-size=231'];

export const floorSdk: Variant = own('floor-sdk', 'floor', 'floor-sdk');
export const floorSigned: Variant = own('floor-signed', 'floor', 'floor-signed');
export const floorPacked: Variant = { ...own('floor-packed', 'floor', 'floor-packed', { records: 50 }), packs: true };
export const floorCount: Variant = own('floor-count', 'floor', 'floor-count');
export const floorFile: Variant = own('floor-file', 'floor', 'floor-count', { files: true });

export const millraceSdk: Variant = own('millrace-sdk', 'millrace', 'millrace', {
  sink: { sender: 'sdk' },
  orDefault: true,
});
export const millraceLean: Variant = own('millrace-lean', 'millrace', 'millrace', { sink: { sender: 'lean' } });
export const millracePacked: Variant = {
  ...own('millrace-packed', 'millrace', 'millrace', { pack: { records: 50, compress: 'deflate-raw' } }),
  packs: true,
};
export const millraceCount: Variant = own('millrace-count', 'millrace', 'millrace', { count: true });
export const millraceFile: Variant = own('millrace-file', 'millrace', 'millrace', { count: true, files: true });
export const millraceLambda: Variant = { ...millraceLean, name: 'millrace-lean-256', nodeFlags: LAMBDA_256_FLAGS };

export const documentClient: Variant = own('document-client', 'peer', 'document-client');
export const batchEach: Variant = { ...own('batch-each', 'peer', 'read-all', { batches: true }), share: 0.25 };
export const putEach: Variant = { ...own('put-each', 'peer', 'read-all'), share: 0.05 };
export const datastream: Variant = peer('datastream');
export const boto3: Variant = {
  name: 'boto3-batch-writer',
  role: 'peer',
  program: { kind: 'python', path: 'peers/boto3_batch_writer.py' },
  share: 0.25,
};
export const csvPeers: readonly Variant[] = ['udsv', 'papaparse', 'csv-parser', 'csv-parse', 'fast-csv'].map((name) =>
  peer(name, `count-${name}`),
);
/** The same variant on a part of the row's objects, to compare sizes in one row. */
export function smaller(variant: Variant, name: string, share: number): Variant {
  return { ...variant, name: `${variant.name}-${name}`, share };
}

export const zcat: Variant = {
  name: 'zcat-wc',
  role: 'floor',
  program: { kind: 'shell', command: 'zcat "$1" | wc -l' },
};
