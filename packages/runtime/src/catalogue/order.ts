/** Parents before children: a record that names a parent is refused, or shown without it, while the parent is not there. */
import type { CatalogueRecord } from '@emso/core';

/**
 * The records, each after its parent, otherwise by level of nesting and uuid. Throws an Error that names the records when two have one
 * uuid or parents lead in a circle. A parent that is not among them is somebody else's.
 */
export function parentsFirst(records: readonly CatalogueRecord[]): CatalogueRecord[] {
  const byUuid = new Map<string, CatalogueRecord>();
  for (const record of records) {
    const other = byUuid.get(record.uuid);
    if (other !== undefined) {
      throw new Error(
        `expected a uuid of its own for each record, found ${record.uuid} for '${other.title}' and '${record.title}': give them other dataset ids`,
      );
    }
    byUuid.set(record.uuid, record);
  }
  const depthOf = (record: CatalogueRecord): number => {
    let depth = 0;
    for (let at: CatalogueRecord | undefined = record; at?.parentUuid !== undefined; at = byUuid.get(at.parentUuid)) {
      if (++depth > records.length) {
        throw new Error(
          `expected a parent that comes first, found that the parents of '${record.title}' lead in a circle`,
        );
      }
    }
    return depth;
  };
  return records
    .map((record) => ({ record, depth: depthOf(record) }))
    .sort((a, b) => a.depth - b.depth || (a.record.uuid < b.record.uuid ? -1 : 1))
    .map(({ record }) => record);
}
