/** A service that tests talk to. */
export type Service = 's3' | 'dynamodb';

/** Another implementation of what the tests talk to. */
export interface Backend {
  /** As `--only` and the list of known failures name it. */
  readonly name: string;
  readonly version: string;
  readonly services: readonly Service[];
  /** Why it cannot run here, such as a program that is missing; undefined if it can. */
  readonly missing: () => Promise<string | undefined>;
  /** Puts all that it needs in an empty folder. */
  readonly install: (folder: string) => Promise<void>;
  /** The program that serves until it is stopped. */
  readonly command: (folder: string, port: number) => Command;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}
