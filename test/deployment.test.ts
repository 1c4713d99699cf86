import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSamTemplate } from './deployment/read-sam-template.ts';
import * as rules from './deployment/rules.ts';
import type { TemplateRule } from './deployment/rules.ts';
import { at, listOf, ofType, type Resource, type Template } from './deployment/template.ts';

// The examples that deploy a feed: what both templates must have, seen to fail on templates that do not have it.

const root = new URL('../', import.meta.url);
const work = mkdtempSync(join(tmpdir(), 'millrace-deployment-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Synthesizes as `cdk synth` does, by running the app, without an account or a network. */
async function synthesized(): Promise<Template> {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], CDK_OUTDIR: work };
  const cwd = fileURLToPath(new URL('examples/aws-cdk/', root));
  await promisify(execFile)(process.execPath, ['app.ts'], { cwd, env });
  return JSON.parse(readFileSync(join(work, 'Prices.template.json'), 'utf8')) as Template;
}

const samFile = new URL('examples/sam/template.yaml', root);

describe.each([
  { name: 'examples/aws-cdk', read: synthesized },
  { name: 'examples/sam', read: () => Promise.resolve(readSamTemplate(samFile)) },
])('$name', ({ read }) => {
  let template: Template;
  beforeAll(async () => {
    template = await read();
  });

  it.each(Object.entries(rules))('%s', (_, rule) => {
    expect(rule(template)).toEqual([]);
  });

  it('has the tables that the ledger and the landing items need', () => {
    const tables = ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'].flatMap((type) => ofType(template, type));
    const keys = tables.map(([, table]) =>
      listOf(table['KeySchema']).map((key) => `${String(at(key, 'KeyType'))} ${String(at(key, 'AttributeName'))}`),
    );
    expect(keys).toEqual([['HASH uuid'], ['HASH object', 'RANGE version']]);
    expect(at(tables[1]![1], 'TimeToLiveSpecification')).toEqual({ AttributeName: 'expiresAt', Enabled: true });
  });

  it('gives each function an export of the bundle as its handler, and every name that it asks for', async () => {
    const functions = ofType(template, 'AWS::Lambda::Function');
    const variables = ['LANDING_BUCKET', 'LANDING_TABLE', 'LEDGER_TABLE', 'QUARANTINE_BUCKET'];
    for (const [, fn] of functions) {
      expect(at(fn, 'Runtime')).toBe('nodejs24.x');
      expect(Object.keys(at(fn, 'Environment', 'Variables') as object)).toEqual(expect.arrayContaining(variables));
    }
    for (const variable of variables) process.env[variable] = 'name';
    const bundle = new URL('examples/aws-cdk/dist/functions/index.mjs', root);
    const exports = Object.keys((await import(/* @vite-ignore */ bundle.href)) as object);
    expect(functions.map(([, fn]) => String(at(fn, 'Handler')))).toEqual(
      expect.arrayContaining(exports.map((one) => `index.${one}`)),
    );
    expect(functions).toHaveLength(exports.length);
  });

  it('maps over a prefix in batches, and retries', () => {
    const [[, machine] = []] = ofType(template, 'AWS::StepFunctions::StateMachine');
    const given = at(machine, 'Definition') ?? at(machine, 'DefinitionString');
    expect(given).toMatchObject({
      States: {
        EachObject: {
          Type: 'Map',
          ItemReader: { Resource: 'arn:aws:states:::s3:listObjectsV2' },
          ItemBatcher: { MaxItemsPerBatch: 20 },
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED' },
            States: { Carry: { Resource: 'arn:aws:states:::lambda:invoke', Retry: [{ MaxAttempts: 5 }] } },
          },
        },
      },
    });
  });

  it('has a job of S3 Batch Operations over an inventory', () => {
    const [definition] = Object.values(template.Outputs ?? {}).map(({ Value }) => jobOf(Value));
    expect(definition).toMatchObject({
      Operation: { LambdaInvoke: { InvocationSchemaVersion: '2.0' } },
      Manifest: { Spec: { Format: 'S3InventoryReport_CSV_20211130' } },
      Report: { Enabled: true, Prefix: 'jobs', ReportScope: 'AllTasks' },
    });
    const inventories = ofType(template, 'AWS::S3::Bucket').flatMap(([, bucket]) =>
      listOf(bucket['InventoryConfigurations']),
    );
    expect(inventories).toMatchObject([{ Enabled: true, Destination: { Format: 'CSV', Prefix: 'inventory' } }]);
  });
});

/** The text of an output, with something in the place of what is known only when it is deployed. */
function jobOf(value: unknown): unknown {
  const joined = at(value, 'Fn::Join', 1);
  const text =
    joined === undefined
      ? String(at(value, 'Fn::Sub'))
      : listOf(joined)
          .map((one) => (typeof one === 'string' ? one : 'x'))
          .join('');
  return JSON.parse(text);
}

describe('a rule finds', () => {
  const broken: Readonly<Record<keyof typeof rules, readonly [(template: Template) => Template, string]>> = {
    isPrivateAndEncrypted: [without('QuarantineBucket', 'BucketEncryption'), 'QuarantineBucket is not encrypted'],
    allowsNoWildcards: [
      changed('CarrierRole', {
        Policies: [{ PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] } }],
      }),
      'CarrierRole allows s3:*',
    ],
    letsFunctionsUseTables: [
      changed('CarrierRole', {
        Policies: [
          {
            PolicyDocument: {
              Statement: [
                {
                  Effect: 'Allow',
                  Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
                  Resource: { 'Fn::GetAtt': ['LedgerTable', 'Arn'] },
                },
              ],
            },
          },
        ],
      }),
      'no policy allows dynamodb:PutItem on the table of dynamodbLedger\nno policy allows dynamodb:Query on the table of dynamodbLedger\ndynamodbLedger does not need dynamodb:UpdateItem',
    ],
    queuesFitFunctions: [changed('Queue', { VisibilityTimeout: 1799 }), 'hides messages for less than six times'],
    bucketTellsQueue: [
      (template) => ({ ...template, Resources: rest(template.Resources, 'QueuePolicy') }),
      'does not let',
    ],
    failuresHaveADestination: [without('FromQueueInvoke', 'DestinationConfig'), 'no function has an on-failure'],
    alarmsAreRaised: [without('DeadLettersAlarm', 'Dimensions'), 'no alarm on dead letters'],
    referencesLeadSomewhere: [changed('Queue', { Tags: [{ Ref: 'LandingBucket' }] }), 'Queue waits for itself'],
  };

  const all: Readonly<Record<string, TemplateRule>> = { ...rules };

  it.each(Object.entries(broken))('what breaks %s', (name, [breakIt, expected]) => {
    const found = all[name]!(breakIt(readSamTemplate(samFile)));
    expect(found.join('\n')).toContain(expected);
  });
});

function rest(resources: Template['Resources'], name: string): Template['Resources'] {
  return Object.fromEntries(Object.entries(resources).filter(([one]) => one !== name));
}

function changed(name: string, properties: object): (template: Template) => Template {
  return (template) => {
    const resource = template.Resources[name] as Resource;
    const replaced = { ...resource, Properties: { ...resource.Properties, ...properties } };
    return { ...template, Resources: { ...template.Resources, [name]: replaced } };
  };
}

function without(name: string, property: string): (template: Template) => Template {
  return changed(name, { [property]: undefined });
}

it('examples/sam bundles by its own command', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('examples/sam/package.json', root), 'utf8')) as {
    readonly scripts: { readonly bundle: string };
  };
  const outfile = join(work, 'index.mjs');
  const [command, ...args] = scripts.bundle
    .split(' ')
    .map((arg) => arg.replace(/^--outfile=.*/, `--outfile=${outfile}`));
  const cwd = fileURLToPath(new URL('examples/sam/', root));
  const { status, stderr } = spawnSync(join(cwd, 'node_modules/.bin', command!), args, { cwd, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, expect.stringContaining('index.mjs')]);
  expect(readFileSync(pathToFileURL(outfile), 'utf8')).toContain('fromBatch');
});
