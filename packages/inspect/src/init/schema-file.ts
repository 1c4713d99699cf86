import type { ColumnFinding, Finding } from '../finding.ts';
import { memberName } from './code.ts';
import type { ProjectNames } from './names.ts';
import { fieldType } from './plan-stages.ts';

const MOST_FIELDS = 400;

/** Writes the schema that each record is checked with, in zod. Fields that it does not name are kept. */
export function schemaFile(finding: Finding, { type }: ProjectNames): string {
  const fields = fieldsOf(finding).slice(0, MOST_FIELDS);
  const lines = fields.map(([name, expression, remark]) => `  ${memberName(name)}: ${expression},${remark}\n`);
  const isExact = lines.some((line) => line.includes('exact('));
  const exact = `
/** A number with all its digits: what no JavaScript number holds is a bigint or a Decimal. */
function exact() {
  return z.union([z.number(), z.bigint(), z.custom<Decimal>(isDecimal)]);
}
`;
  return `import { z } from 'zod';
${isExact ? "import { type Decimal, isDecimal } from '@millrace/core';\n" : ''}
/** What a record must be. Make it as strict as what the supplier promises. */
export const ${type} = z.looseObject({
${lines.join('')}});

export type ${type}Value = z.infer<typeof ${type}>;
${isExact ? exact : ''}`;
}

type Field = readonly [name: string, expression: string, remark: string];

function fieldsOf(finding: Finding): readonly Field[] {
  const { format, columns, fixedWidth, complete } = finding;
  const isText = format.value === 'fixed-width' && fixedWidth?.header.value === true;
  return columns.map((column) => {
    const remark = remarkOf(column);
    if (format.value === 'csv' || format.value === 'fixed-width')
      return [column.name, isText ? 'z.string()' : textField(column), remark];
    if (format.value === 'lines') return [column.name, 'z.string()', remark];
    const isCertain = complete || format.value === 'parquet';
    if (format.value === 'xml') return [column.name, xmlField(column, isCertain), ''];
    return [column.name, valueField(column, isCertain, format.value), remark];
  });
}

/** A field of CSV by the type that its parser gives it. */
function textField(column: ColumnFinding): string {
  const type = fieldType(column);
  if (type === undefined) return 'z.string()';
  const name = typeof type === 'object' && type !== null && 'type' in type ? (type.type as string) : type;
  switch (name) {
    case 'bigint':
      return 'z.bigint().nullable()';
    case 'decimal':
      return 'exact().nullable()';
    case 'boolean':
      return 'z.boolean().nullable()';
    case 'date':
      return 'z.string().nullable()';
    default:
      return 'z.number().nullable()';
  }
}

function xmlField({ type, nullable }: ColumnFinding, isCertain: boolean): string {
  const isNested = ['object', 'array', 'mixed'].includes(type.value);
  const base = isNested || !isCertain ? 'z.unknown()' : 'z.string()';
  return nullable || !isCertain ? `${base}.optional()` : base;
}

/** A member of JSON, Parquet or a workbook. */
function valueField({ type, nullable }: ColumnFinding, isCertain: boolean, format: string): string {
  const base = ((): string => {
    switch (type.value) {
      case 'integer':
        return 'z.number()';
      case 'decimal':
        return format === 'parquet' ? 'exact()' : 'z.number()';
      case 'boolean':
        return 'z.boolean()';
      case 'text':
      case 'date':
      case 'time':
      case 'timestamp':
        return 'z.string()';
      default:
        return 'z.unknown()';
    }
  })();
  // What was not seen may be anything.
  if (!isCertain) return 'z.unknown().optional()';
  if (base === 'z.unknown()') return `${base}.optional()`;
  return nullable ? `${base}.nullish()` : base;
}

function remarkOf({ type, format, values }: ColumnFinding): string {
  if (format !== undefined && type.value !== 'text') return ` // ${type.value}, ${format.value}`;
  if (type.value !== 'text' || values === undefined) return '';
  const shown = values.slice(0, 6).map((value) => JSON.stringify(value).slice(0, 24));
  return ` // ${shown.join(', ')}${values.length > 6 ? ', …' : ''}`;
}
