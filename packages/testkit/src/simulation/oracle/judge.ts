import type { VersionRecord } from '@millrace/core/plugin';
import type { Deployment, ExpectedRecord } from '../deployment.ts';
import type { Completion, History } from '../history.ts';
import { keyOfObject } from '../world/object-content.ts';
import type { OperatorTask, Scenario } from '../world-event.ts';
import type { TableItem } from '../world/table.ts';
import {
  finalValues,
  isOf,
  isUnexpected,
  type JudgedObject,
  type JudgedPut,
  judgedObjects,
  VARIANTS,
} from './judged-object.ts';
import { isExcused } from './excused-message.ts';
import { judgeTable, type TableView, viewOf } from './table-rules.ts';
import type { Violation } from './violation.ts';

/**
 * Says what a history did that the product promises not to do. It knows what was written, and what the table, the quarantine
 * and the ledger held in the end; it knows nothing of how the product works.
 */
export async function judge(deployment: Deployment, history: History): Promise<readonly Violation[]> {
  const reader = tableReader(deployment, history);
  const objects = judgedObjects(deployment, history);
  const view = viewOf(await reader(history.items));
  const didOperate = (task: OperatorTask): boolean =>
    history.scenario.events.some((event) => event.kind === 'operate' && event.task === task);
  const mode = {
    replayed: didOperate('replay'),
    purged: didOperate('purge'),
    replaces: history.scenario.settings.options['versions'] === 'replace',
  };
  const known = new Set(
    objects
      .flatMap(({ puts }) => puts)
      .flatMap((put) => put.expected.flatMap(({ delivered }) => delivered.map(({ key }) => key))),
  );
  const foreign = [...view.keys()].filter((key) => !known.has(key));
  return [
    ...judgeEnding(history, objects),
    ...foreign.map((key) => ({ rule: 'table', text: `key ${key} is in no object` })),
    ...objects.flatMap((object) => judgeTable(object, view, mode)),
    ...objects.flatMap((object) => judgeFinished(object, history)),
    ...objects.flatMap((object) => judgeQuarantine(object, history)),
    ...objects.flatMap(judgeLedger),
    ...objects.flatMap(judgeNonsense),
    ...objects.flatMap(judgeExpectations),
    ...objects.flatMap((object) => judgeNeighbors(object, history)),
    ...(await judgeCompletions(deployment, history, reader)),
  ];
}

type TableReader = (items: readonly TableItem[]) => Promise<readonly ExpectedRecord[]>;

function tableReader(deployment: Deployment, { scenario }: History): TableReader {
  const read = new WeakMap<TableItem, readonly ExpectedRecord[]>();
  return async (items) => {
    const records: ExpectedRecord[] = [];
    for (const item of items) {
      const known = read.get(item) ?? (await deployment.read(item, scenario.settings.options));
      read.set(item, known);
      records.push(...known);
    }
    return records;
  };
}

function judgeEnding(history: History, objects: readonly JudgedObject[]): readonly Violation[] {
  const { ending, uncaught, dead } = history;
  return [
    ...(ending === 'endless' ? [{ rule: 'endless', text: 'something goes on for ever' }] : []),
    ...uncaught.map((text) => ({ rule: 'uncaught', text })),
    ...dead
      .filter(({ body }) => !isExcused(body, history, objects))
      .map(({ body }) => ({ rule: 'unfinished', text: `nobody can process ${body}` })),
  ];
}

/** Once faults are over, what is there must be complete. */
function judgeFinished({ object, puts, isThere }: JudgedObject, { scenario }: History): readonly Violation[] {
  const all = scenario.settings.options['versions'] === 'all' && scenario.settings.bucket.versioned;
  const latest = isThere ? puts.slice(-1) : [];
  // A listing shows the latest version only: nobody can find an older one whose event was lost.
  const due = all ? puts.filter((put) => put.noticed || latest.includes(put)) : latest;
  return due
    .filter((put) => put.complete === undefined && !isHopeless(put, scenario))
    .map(({ index }) => ({ rule: 'unfinished', text: `${object}: write ${index} never became complete` }));
}

/** Nobody may take such an object for complete, or can complete it. */
function isHopeless({ content, expected }: JudgedPut, { settings }: Scenario): boolean {
  const isNonsense = expected[0]!.delivered.length === 0;
  return content.poison === true || isNonsense || isUnexpected(expected) || settings.bucket.slowMs !== undefined;
}

/** An object of which nothing was understood is not complete. */
function judgeNonsense({ object, puts }: JudgedObject): readonly Violation[] {
  return puts
    .filter(({ complete, expected, variant }) => complete !== undefined && expected[variant]!.delivered.length === 0)
    .map(({ index }) => ({
      rule: 'nonsense',
      text: `${object}: write ${index} is complete, and nothing of it was understood`,
    }));
}

/** An object that is not what its feed expects is not complete. */
function judgeExpectations({ object, puts }: JudgedObject): readonly Violation[] {
  return puts
    .filter(({ complete, expected, variant }) => complete !== undefined && expected[variant]!.isUnexpected === true)
    .map(({ index }) => ({
      rule: 'expectations',
      text: `${object}: write ${index} is complete, and is not what the feed expects`,
    }));
}

/** Where nothing goes wrong, one object's failure costs no other object an attempt. */
function judgeNeighbors({ object, puts }: JudgedObject, { scenario, versions }: History): readonly Violation[] {
  const mayFail = puts.some(({ content, expected }) => content.poison === true || isUnexpected(expected));
  if (scenario.settings.options['calm'] !== true || mayFail) return [];
  return versions
    .filter((version) => version.object.endsWith(`/${keyOfObject(object)}`) && version.attempts > 1)
    .map(({ attempts }) => ({
      rule: 'neighbors',
      text: `${object}: took ${attempts} attempts, and nothing was wrong with it`,
    }));
}

/** Rejected records of complete writes are in the quarantine, and no others. */
function judgeQuarantine({ object, puts }: JudgedObject, history: History): readonly Violation[] {
  return puts.flatMap((put) => {
    const own = history.rejections.filter(
      (one) => one.scope !== 'item' && isOf({ origin: one.item, object: one.item.uri }, put, history),
    );
    const kept = new Set(own.map(({ ordinal }) => ordinal));
    const wanted = put.complete === undefined ? [] : put.expected[put.variant]!.rejected;
    const missing = wanted.filter((ordinal) => !kept.has(ordinal));
    const good = own.filter(
      ({ ordinal }) => !VARIANTS.some((variant) => put.expected[variant]!.rejected.includes(ordinal)),
    );
    return [
      ...missing.map((ordinal) => ({
        rule: 'quarantine',
        text: `${object}: record ${ordinal} of write ${put.index} was rejected and is not in the quarantine`,
      })),
      ...good.map(({ ordinal, code }) => ({
        rule: 'quarantine',
        text: `${object}: good record ${ordinal} of write ${put.index} is in the quarantine (${code})`,
      })),
    ];
  });
}

/** Each complete entry's counts add up, and are those of the content. */
function judgeLedger({ object, puts }: JudgedObject): readonly Violation[] {
  return puts.flatMap(({ complete, expected, variant, index }) => {
    const report = complete?.report;
    if (report === undefined) return [];
    const { read, expanded, written, rejected, dropped, skipped, unsettled } = report;
    const sum = written + rejected + dropped + skipped + unsettled;
    const wanted = expected[variant]!.read;
    return [
      ...(read + expanded === sum
        ? []
        : [{ rule: 'ledger', text: `${object}: the counts of write ${index} do not add up` }]),
      ...(read === wanted
        ? []
        : [{ rule: 'ledger', text: `${object}: write ${index} has ${wanted} records, and ${read} were read` }]),
    ];
  });
}

/** `complete` is never stored before it is true. */
async function judgeCompletions(
  deployment: Deployment,
  history: History,
  reader: TableReader,
): Promise<readonly Violation[]> {
  const violations: Violation[] = [];
  for (const completion of history.completions) {
    const view = viewOf(await reader(completion.items));
    const missing = missingAt(deployment, history, completion, view);
    if (missing === undefined) continue;
    const text = `${completion.by} took ${nameOf(completion.version)} for complete without ${missing}`;
    violations.push({ rule: 'complete-too-early', text });
  }
  return violations;
}

function missingAt(
  deployment: Deployment,
  history: History,
  { version, variant, at }: Completion,
  view: TableView,
): string | undefined {
  const { options } = history.scenario.settings;
  const index = history.puts.findLastIndex((put) => put.at <= at && isOf(version, put, history));
  const put = history.puts[index];
  if (put === undefined) return 'any such write';
  const wanted = finalValues(deployment.expect(put.content, variant, options).delivered);
  const later = new Set(
    history.puts
      .slice(index + 1)
      .filter(({ content }) => content.object === put.content.object)
      .flatMap(({ content }) => VARIANTS.flatMap((one) => deployment.expect(content, one, options).delivered))
      .map(({ value }) => value),
  );
  for (const [key, value] of wanted) {
    const found = view.get(key)?.[0];
    if (found !== value && (found === undefined || !later.has(found))) return `key ${key} as ${value}: it is ${found}`;
  }
  return undefined;
}

function nameOf({ origin }: VersionRecord): string {
  return origin.id;
}
