import { check, checkOptions } from '../check-options.ts';
import { MillraceError } from '../millrace-error.ts';

/** The names of a landed record's attributes. */
export interface LandingNames {
  /** The key. @default 'uuid' */
  readonly uuid: string;
  /** When the object's version was written. @default 'upload_date' */
  readonly upload_date: string;
  /** The feed's name. @default 'feed' */
  readonly feed: string;
  /** Where the object lies. @default 'source' */
  readonly source: string;
  /** Which version of the object: `landingVersion` of its id. @default 'source_version' */
  readonly source_version: string;
  /** Which part of the object, such as the name of a file in an archive; present only there. @default 'source_part' */
  readonly source_part: string;
  /** The record's number in its object. @default 'ordinal' */
  readonly ordinal: string;
  /** Which of several outputs it is; present only for the outputs of `many`. @default 'branch' */
  readonly branch: string;
  /** The generation of the object's version; present only with a natural key and a ledger. @default 'generation' */
  readonly generation: string;
  /** The record itself, where it is nested. @default 'record' */
  readonly record: string;
}

/**
 * Fills in the default names.
 *
 * @param owner whose option it is, such as `landingItem`
 *
 * @throws MillraceError `OPTION_UNKNOWN`, or `OPTION_INVALID` where a name is empty or stands for two attributes
 */
export function landingNames(owner: string, given: Partial<LandingNames> = {}): LandingNames {
  const name = check.optional(check.text);
  checkOptions(`${owner} names`, given, {
    uuid: name,
    upload_date: name,
    feed: name,
    source: name,
    source_version: name,
    source_part: name,
    ordinal: name,
    branch: name,
    generation: name,
    record: name,
  });
  const {
    uuid = 'uuid',
    upload_date = 'upload_date',
    feed = 'feed',
    source = 'source',
    source_version = 'source_version',
    source_part = 'source_part',
    ordinal = 'ordinal',
    branch = 'branch',
    generation = 'generation',
    record = 'record',
  } = given;
  const names = { uuid, upload_date, feed, source, source_version, source_part, ordinal, branch, generation, record };
  const all = Object.values(names);
  const twice = all.find((one, index) => all.indexOf(one) !== index);
  if (twice === undefined) return names;
  throw new MillraceError('OPTION_INVALID', `${owner} names: ${JSON.stringify(twice)} stands for two attributes.`, {
    details: { owner: `${owner} names`, option: twice },
  });
}
