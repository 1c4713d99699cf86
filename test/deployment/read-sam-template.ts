import { readFileSync } from 'node:fs';
import { parse, type ScalarTag } from 'yaml';
import { type Properties, type Resource, type Template } from './template.ts';

const tag = (name: string, resolve: (text: string) => unknown): ScalarTag => ({ tag: `!${name}`, resolve });
const TAGS = [
  tag('Ref', (text) => ({ Ref: text })),
  tag('Sub', (text) => ({ 'Fn::Sub': text })),
  tag('GetAtt', (text) => ({ 'Fn::GetAtt': text.split('.') })),
];

/**
 * Reads a SAM template, and does the part of SAM's transform that the rules look at: functions get what `Globals` says,
 * and their events become event source mappings and invocation settings.
 */
export function readSamTemplate(file: URL): Template {
  const raw = parse(readFileSync(file, 'utf8'), { customTags: TAGS, maxAliasCount: 0 }) as Template & {
    readonly Globals: { readonly Function: Properties };
  };
  const resources: Record<string, Resource> = {};
  for (const [name, resource] of Object.entries(raw.Resources)) {
    if (resource.Type !== 'AWS::Serverless::Function') {
      resources[name] = resource;
      continue;
    }
    const { Events = {}, EventInvokeConfig, ...own } = resource.Properties ?? {};
    const FunctionName = { Ref: name };
    resources[name] = { Type: 'AWS::Lambda::Function', Properties: { ...raw.Globals.Function, ...own } };
    for (const [event, { Type, Properties = {} }] of Object.entries(Events as Readonly<Record<string, Resource>>)) {
      if (Type !== 'SQS') throw new Error(`${name}: events of ${Type} are not known here`);
      const { Queue, ...rest } = Properties;
      resources[`${name}${event}`] = {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { ...rest, FunctionName, EventSourceArn: Queue },
      };
    }
    if (EventInvokeConfig !== undefined) {
      resources[`${name}Invoke`] = {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: { ...(EventInvokeConfig as Properties), FunctionName },
      };
    }
  }
  return { ...raw, Resources: resources };
}
