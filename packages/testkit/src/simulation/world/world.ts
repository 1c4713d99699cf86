import type { Rejection } from '@millrace/core';
import { storedLedger, storedQuarantine } from '@millrace/core/plugin';
import { chanceOf, type Chance } from '../chance.ts';
import type { Deployment, ProcessHandles, Program } from '../deployment.ts';
import type { Completion, History, PutRecord } from '../history.ts';
import { currentProcess } from '../time/current-process.ts';
import { type Ending, Scheduler } from '../time/scheduler.ts';
import { type Halt, SimulatedProcess } from '../time/simulated-process.ts';
import { Trace } from '../trace.ts';
import { sdkRequestHandler } from '../wire/http.ts';
import { Network } from '../wire/network.ts';
import type { OperatorTask, Scenario, WorldEvent } from '../world-event.ts';
import { Bucket, type StoredVersion } from './bucket.ts';
import { bucketService } from './bucket-service.ts';
import { Carrier } from './carrier.ts';
import { Lambda } from './lambda.ts';
import { LedgerRecords } from './ledger-records.ts';
import { contentBytes, keyOfObject } from './object-content.ts';
import { Queue } from './queue.ts';
import { Table } from './table.ts';
import { tableService } from './table-service.ts';
import { TextStore } from './text-store.ts';

const BUCKET = 'bucket';

/** An operator comes when the lease of a process that died has run out: until then its object is held. */
const FINAL_PAUSE_MS = 120_000;

/** Operators that a history may need to bring everything to its end, once faults are over. */
const FINAL_ROUNDS = 4;

/** The whole deployed system. */
export class World {
  readonly scheduler: Scheduler = new Scheduler();
  readonly #deployment: Deployment;
  readonly #scenario: Scenario;
  readonly #chance: Chance;
  readonly #trace: Trace;
  readonly #network: Network;
  readonly #bucket: Bucket;
  readonly #table: Table = new Table('uuid');
  readonly #records: LedgerRecords = new LedgerRecords();
  readonly #texts: TextStore = new TextStore();
  readonly #queue: Queue;
  readonly #lambda: Lambda;
  readonly #carrier: Carrier;
  readonly #variants: Map<SimulatedProcess, number> = new Map();
  readonly #puts: PutRecord[] = [];
  readonly #removed: Set<string> = new Set();
  readonly #completions: Completion[] = [];
  readonly #uncaught: string[] = [];
  #variant = 0;
  #started = 0;

  constructor(deployment: Deployment, scenario: Scenario, keepTrace: boolean) {
    const { seed, settings } = scenario;
    this.#deployment = deployment;
    this.#scenario = scenario;
    this.#chance = chanceOf(`${seed}/world`);
    this.#trace = new Trace(keepTrace);
    const { scheduler } = this;
    scheduler.uncaught = (thrown) => this.uncaught(thrown);
    this.#network = new Network(scheduler, this.#chance.fork('network'), this.#trace, settings.network);
    this.#bucket = new Bucket({ name: BUCKET, ...settings.bucket });
    this.#queue = new Queue(scheduler, this.#chance.fork('queue'), settings.queue);
    const tools = { scheduler, chance: this.#chance.fork('lambda'), trace: this.#trace };
    this.#lambda = new Lambda(tools, settings.lambda, (name) => {
      const process = this.#process(name);
      return { process, load: () => this.#program(process).handler };
    });
    this.#carrier = new Carrier({ scheduler, queue: this.#queue, lambda: this.#lambda, kind: settings.carrier });
    this.#records.onCompleted = (version, by) => {
      const items = this.#table.items().map(({ item }) => item);
      const variant = this.#variants.get(by)!;
      this.#completions.push({ at: scheduler.now, by: by.name, variant, version, items });
    };
  }

  /** Notes what no code caught: a real process would have ended. */
  uncaught(thrown: unknown): void {
    const process = currentProcess();
    const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    this.#uncaught.push(`${process?.name ?? 'world'}: ${text}`);
    this.#trace.note(this.scheduler.now, process?.name ?? 'world', `uncaught ${String(thrown)}`);
    process?.kill();
  }

  async play(): Promise<History> {
    for (const event of this.#scenario.events) this.scheduler.inWorld(event.at, () => this.#happen(event));
    let ending = await this.scheduler.run(() => false);
    this.#network.heal();
    // Whatever lies in the dead-letter queue is sent again by an operator, who also looks for lost events.
    for (let round = 0; round < FINAL_ROUNDS && ending === 'idle'; round += 1) {
      for (const { body } of this.#queue.dead.splice(0)) this.#queue.send(body);
      this.scheduler.inWorld(FINAL_PAUSE_MS, () => this.#operate('reconcile'));
      ending = await this.scheduler.run(() => false);
      if (this.#queue.dead.length === 0 && round > 0) break;
    }
    return this.#history(ending, await this.#rejections());
  }

  #happen(event: WorldEvent): void {
    this.#trace.note(this.scheduler.now, 'world', JSON.stringify(event).slice(0, 300));
    switch (event.kind) {
      case 'put':
        return this.#put(event);
      case 'remove':
        this.#bucket.remove(keyOfObject(event.object));
        this.#removed.add(event.object);
        return;
      case 'deploy':
        this.#variant = event.variant;
        return this.#lambda.deploy();
      case 'halt':
        return this.#network.ambush({
          ...event.request,
          strike: (process) => this.#halt(process, event.how, event.ms),
        });
      case 'kill':
        return this.#network.ambush({ ...event.request, strike: (process) => process.kill() });
      case 'fault':
        return this.#network.arm(event.service, event.fault, event.times);
      case 'outage':
        return this.#network.outage(event.service, event.fault, event.ms);
      case 'operate':
        return this.#operate(event.task);
    }
  }

  #put({ content, notices }: Extract<WorldEvent, { kind: 'put' }>): void {
    const { now } = this.scheduler;
    const version = this.#bucket.put(keyOfObject(content.object), contentBytes(content), now);
    this.#removed.delete(content.object);
    this.#puts.push({ at: now, content, versionId: version.versionId, md5: version.md5, noticed: notices.length > 0 });
    const body = JSON.stringify(this.#notification(version));
    for (const delay of notices) this.scheduler.inWorld(delay, () => this.#carrier.deliver(body));
  }

  #notification({ key, bytes, md5, sequencer, versionId }: StoredVersion): unknown {
    const { versioned, etags } = this.#bucket.settings;
    const object = {
      key,
      size: bytes.length,
      sequencer,
      ...(etags !== 'none' && { eTag: md5 }),
      ...(versioned && { versionId }),
    };
    const s3 = { bucket: { name: BUCKET }, object };
    return { Records: [{ eventVersion: '2.1', eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3 }] };
  }

  #halt(process: SimulatedProcess, how: Halt, ms: number): void {
    if (process.state !== 'running') return;
    process.halt(how);
    this.#trace.note(this.scheduler.now, process.name, `halts (${how})`);
    this.scheduler.inWorld(ms, () => {
      this.#trace.note(this.scheduler.now, process.name, 'goes on');
      this.scheduler.resume(process);
    });
  }

  #operate(task: OperatorTask): void {
    const process = this.#process(`operator${(this.#started += 1)}`);
    const end = (how: string): void => {
      this.#trace.note(this.scheduler.now, process.name, `${task} ${how}`);
      process.kill();
    };
    this.scheduler.inProcess(process, 1, () => {
      this.#perform(this.#program(process), task).then(
        () => end('returned'),
        (thrown: unknown) => end(`threw ${String((thrown as { code?: unknown }).code ?? thrown)}`),
      );
    });
  }

  async #perform(program: Program, task: OperatorTask): Promise<unknown> {
    if (task !== 'purge') return program[task]();
    const objects = [...new Set(this.#puts.map(({ content }) => content.object))];
    return program.purge?.(objects);
  }

  #process(name: string): SimulatedProcess {
    const { clockOffsetMs } = this.#scenario.settings;
    const chance = this.#chance.fork(name);
    const offsetMs = Math.round((chance.next() * 2 - 1) * clockOffsetMs);
    const rate = 1 + (chance.next() * 2 - 1) * 1e-4;
    const process = new SimulatedProcess(name, chance, { offsetMs, rate }, () => this.scheduler.now);
    this.#variants.set(process, this.#variant);
    return process;
  }

  #program(process: SimulatedProcess): Program {
    const [scheduler, network] = [this.scheduler, this.#network];
    const now = (): number => scheduler.now;
    const chance = process.chance.fork('services');
    const wire = { network, scheduler, process };
    const handles: ProcessHandles = {
      s3: sdkRequestHandler({ ...wire, name: 's3', service: bucketService(this.#bucket, chance) }),
      table: sdkRequestHandler({
        ...wire,
        name: 'table',
        service: tableService(this.#table, chance, now),
        timeoutMs: 20_000,
      }),
      ledger: storedLedger(this.#records.seenFrom(process, network), () => process.wall()),
      quarantine: storedQuarantine(this.#texts.seenFrom(process, network, () => process.wall())),
      bucket: BUCKET,
      sendMessage: (body) =>
        network.send({ process, service: 'queue', what: 'send', apply: () => this.#queue.send(body) }),
      variant: this.#variants.get(process)!,
      options: this.#scenario.settings.options,
    };
    return this.#deployment.start(handles);
  }

  /** Reads the quarantine from a process of its own. */
  async #rejections(): Promise<readonly Rejection[]> {
    const rejections: Rejection[] = [];
    const process = this.#process('auditor');
    const { quarantine } = this.#handlesForAudit(process);
    const feeds = [...new Set(this.#records.versions().map(({ feed }) => feed))];
    this.scheduler.inProcess(process, 0, () => {
      void (async () => {
        for (const feed of feeds)
          for await (const one of quarantine.rejections({ feed, settled: true })) rejections.push(one);
      })();
    });
    await this.scheduler.run(() => false);
    return rejections;
  }

  #handlesForAudit(process: SimulatedProcess): Pick<ProcessHandles, 'quarantine'> {
    return { quarantine: storedQuarantine(this.#texts.seenFrom(process, this.#network, () => process.wall())) };
  }

  #history(ending: Ending, rejections: readonly Rejection[]): History {
    return {
      scenario: this.#scenario,
      ending,
      puts: this.#puts,
      removed: this.#removed,
      completions: this.#completions,
      items: this.#table.items().map(({ item }) => item),
      versions: this.#records.versions(),
      rejections,
      dead: this.#queue.dead,
      uncaught: this.#uncaught,
      digest: this.#trace.digest(),
      events: this.scheduler.handled,
      lines: this.#trace.lines,
    };
  }
}
