export { inspect, type InspectOptions } from './inspect.ts';
export type { InspectInput, RangedContent } from './content/inspect-content.ts';
export type { Guess, Rival } from './guess.ts';
export type {
  ColumnFinding,
  ColumnKind,
  CsvFinding,
  FileFormat,
  Finding,
  FixedWidthFinding,
  JsonFinding,
  KeyCandidate,
  Oddity,
  XlsxFinding,
  XmlFinding,
} from './finding.ts';
export { initProject, type InitResult } from './init/init-project.ts';
export type { InitAnswers } from './init/init-answers.ts';
