import type { ClaimRequest, GrantedExtent } from './ledger.ts';
import type { VersionRecord } from './ledger-store.ts';

/** What a claim stores of the version's extent, before the run writes anything. */
export function extended(
  { reach, origin, group = 1 }: ClaimRequest,
  version: VersionRecord | undefined,
  watermark: number,
): Pick<VersionRecord, 'reach' | 'branches' | 'groups' | 'dates'> {
  if (reach === undefined || !isBounded(version)) return {};
  const before = version?.origin.lastModified;
  const dates = new Set(version?.dates);
  if (before !== undefined && before !== origin.lastModified) dates.add(before);
  return {
    reach: Math.max(version?.reach ?? 0, watermark + reach),
    branches: version?.branches ?? [],
    groups: [...new Set([...(version?.groups ?? []), group])],
    ...(dates.size > 0 && { dates: [...dates] }),
  };
}

/** Whether the entry says how far earlier runs came. One that was begun without a bound never does. */
function isBounded(version: VersionRecord | undefined): boolean {
  return version === undefined || version.attempts === 0 || version.reach !== undefined;
}

/** What a grant tells the run of the version's bounds; `undefined` if they are not kept. */
export function grantedExtent(
  request: ClaimRequest,
  { reach, branches = [] }: Pick<VersionRecord, 'reach' | 'branches'>,
  before: Pick<VersionRecord, 'reach'> | undefined,
): GrantedExtent | undefined {
  if (request.reach === undefined || reach === undefined) return undefined;
  return { before: before?.reach ?? 0, reach, branches };
}
