import { Command } from 'commander';
import type { ExitCode } from './exit-code.ts';
import { perform } from './shell/perform.ts';
import type { CommandAction } from './shell/shell.ts';
import { version } from './version.ts';

/** Called with the exit code of the command that ran. */
type Ended = (code: ExitCode) => void;

/** Adds a command, whose code is loaded once it runs. */
type Adder = <Arguments extends readonly unknown[]>(
  parent: Command,
  usage: string,
  summary: string,
  load: () => Promise<CommandAction<Arguments>>,
) => Command;

/** Describes the whole command line. Nothing of the library is loaded for it. */
export function createProgram(ended: Ended): Command {
  const program = new Command('millrace')
    .description('Runs, checks and repairs Millrace feeds. The feeds come from millrace.config.ts.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .option('--config <file>', 'configuration to use (default: the nearest millrace.config.ts)')
    .option('--json', 'print the result as JSON')
    .option('--strict', 'exit with 3 if something needs a person, such as rejected records')
    .option('--verbose', 'print details and causes of errors')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('Run `npx millrace help` to see the commands.')
    .exitOverride();
  const add: Adder = (parent, usage, summary, load) => {
    const name = [parent === program ? '' : parent.name(), usage.split(' ', 1)[0]].filter(Boolean).join(' ');
    return parent
      .command(usage)
      .description(summary)
      .exitOverride()
      .action(async (...args: unknown[]) => ended(await perform(name, load, args)));
  };
  addRunning(program, add);
  addLooking(program, add);
  addRepairing(program, add);
  addOther(program, add);
  program.addHelpText('after', EXIT_CODES);
  return program;
}

const EXIT_CODES = `
Exit codes: 0 success; 1 an object failed; 2 usage or configuration; 3 needs a person (--strict); 4 try again; 130 interrupted.`;

const OBJECTS = '[feed-and-objects...]';

/** Options that choose objects from a listing. */
function withListing(command: Command): Command {
  return command
    .option('--prefix <prefix>', 'list only keys that start with this')
    .option('--since <time>', 'list only objects modified since: today, yesterday, 2h, 3d, 2026-11-28')
    .option('--share <number/of>', 'only one of several equal shares, such as 1/4, to divide work between machines');
}

function withRunning(command: Command): Command {
  return withListing(command)
    .option('--concurrency <count>', 'objects at once')
    .option('--deadline <duration>', 'stop reading after this time, such as 10m')
    .option('--dry-run', 'read and transform everything, write nothing');
}

function addRunning(program: Command, add: Adder): void {
  program.commandsGroup('Run:');
  add(program, 'check [feed]', 'Check configuration, types and options', () =>
    import('./commands/check.ts').then(({ checkCommand }) => checkCommand),
  ).option('--connect', 'also check credentials, buckets, tables and permissions, without writing');
  withListing(
    add(program, `plan ${OBJECTS}`, 'Show what would be written, and what it costs', () =>
      import('./commands/plan.ts').then(({ planCommand }) => planCommand),
    ),
  );
  withRunning(
    add(program, `run ${OBJECTS}`, 'Process objects, or all that the source lists', () =>
      import('./commands/run.ts').then(({ runCommand }) => runCommand),
    ),
  );
  withRunning(
    add(program, `backfill ${OBJECTS}`, 'Process what is listed and not done yet, several objects at once', () =>
      import('./commands/run.ts').then(({ backfillCommand }) => backfillCommand),
    ),
  );
}

function withPeriod(command: Command, initial: string): Command {
  return command
    .option('--since <time>', `beginning of the period: today, yesterday, 2h, 3d, 2026-11-28 (default: ${initial})`)
    .option('--until <time>', 'end of the period (default: now)');
}

function addLooking(program: Command, add: Adder): void {
  program.commandsGroup('Look:');
  withPeriod(
    add(program, 'status [feed]', 'Show what was taken up, and what is done, unfinished or failed', () =>
      import('./commands/status.ts').then(({ statusCommand }) => statusCommand),
    ),
    'yesterday',
  );
  withPeriod(
    add(program, 'failed [feed]', 'Show which objects failed, why, and what to do', () =>
      import('./commands/failed.ts').then(({ failedCommand }) => failedCommand),
    ),
    '7d',
  ).option('--limit <count>', 'objects to show (default: 10)');
  withPeriod(
    add(program, 'audit [feed]', 'Show whether everything that arrived is loaded', () =>
      import('./commands/audit.ts').then(({ auditCommand }) => auditCommand),
    ),
    'yesterday',
  );
}

function withRejections(command: Command): Command {
  return command
    .option('--code <code>', 'only records rejected with this code')
    .option('--source <object>', 'only records of this object, or of all that begin so: s3://drop/2026/*')
    .option('--since <time>', 'only records of objects written since: today, yesterday, 2h, 3d, 2026-11-28');
}

function addRepairing(program: Command, add: Adder): void {
  program.commandsGroup('Repair:');
  addQuarantine(program, add);
  withRejections(
    add(program, 'replay [feed]', 'Run rejected records again, under the same keys', () =>
      import('./commands/replay.ts').then(({ replayCommand }) => replayCommand),
    ),
  ).option('--dry-run', 'only count them');
  withListing(
    add(program, `reconcile ${OBJECTS}`, 'Compare what is listed with the ledger, and run what is missing', () =>
      import('./commands/reconcile.ts').then(({ reconcileCommand }) => reconcileCommand),
    ),
  ).option('--dry-run', 'only show what is missing');
  add(program, 'purge <object>', "Delete the rows of an object's earlier versions", () =>
    import('./commands/purge.ts').then(({ purgeCommand }) => purgeCommand),
  )
    .option('--feed <name>', 'feed that wrote the rows')
    .option('--version <id>', 'delete the rows of this version only')
    .option('--dry-run', 'only count the rows')
    .option('--yes', 'do not ask');
}

function addQuarantine(program: Command, add: Adder): void {
  const quarantine = program
    .command('quarantine')
    .description('Look at rejected records, export them, fix them')
    .exitOverride();
  withRejections(
    add(quarantine, 'ls [feed]', 'List rejected records', () =>
      import('./commands/quarantine-ls.ts').then(({ quarantineLs }) => quarantineLs),
    ),
  )
    .option('--settled', 'include those that a replay has delivered')
    .option('--limit <count>', 'records to show (default: 20)');
  add(quarantine, 'show <records...>', 'Show records with their text: ids of `ls`, or s3://bucket/key#line', () =>
    import('./commands/quarantine-show.ts').then(({ quarantineShow }) => quarantineShow),
  ).option('--feed <name>', 'feed to look in');
  withRejections(
    add(quarantine, 'export [feed]', "Write records in the supplier's own format, and why they were rejected", () =>
      import('./commands/quarantine-export.ts').then(({ quarantineExport }) => quarantineExport),
    ),
  ).option('--output <file>', 'file for the records (default: standard output)');
  withRejections(
    add(quarantine, 'edit [records...]', 'Fix records in $EDITOR and replay them', () =>
      import('./commands/quarantine-edit.ts').then(({ quarantineEdit }) => quarantineEdit),
    ),
  ).option('--feed <name>', 'feed to look in');
}

function addOther(program: Command, add: Adder): void {
  program.commandsGroup('Other:');
  add(program, 'dev', 'Run the feeds on this machine: drop files into a folder and see their rows', () =>
    import('./commands/dev.ts').then(({ devCommand }) => devCommand),
  )
    .option('--folder <folder>', 'folder to watch (default: inbox)')
    .option('--once', 'process what is in the folder, and end');
  add(program, 'completions <shell>', 'Print the completions of bash, zsh or fish', () =>
    import('./commands/completions.ts').then(({ completionsCommand }) => completionsCommand(program)),
  );
  add(program, 'schema [command...]', "Print the JSON Schema of a command's --json", () =>
    import('./commands/schema.ts').then(({ schemaCommand }) => schemaCommand),
  );
  program.helpCommand('help [command]', 'Print help for a command');
}
