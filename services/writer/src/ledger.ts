/** What `emso status` and the metrics see of a sensor's days. */
import { isoDay } from '@emso/core';
import type { LedgerDay } from '@emso/products';
import type { SealedDays } from './sealed-days.ts';

/** The days in order. */
export function ledgerOf(
  toOpen: ReadonlySet<number>,
  open: ReadonlyMap<number, { readonly rows: number; readonly dirty: boolean }>,
  sealed: SealedDays,
): LedgerDay[] {
  const days = new Map<number, Omit<LedgerDay, 'day'>>();
  for (const day of toOpen) days.set(day, { state: 'open', rows: 0, dirty: true, stale: false });
  for (const [day, { rows, dirty }] of open) days.set(day, { state: 'open', rows, dirty, stale: false });
  for (const [day, { content, history }] of sealed.manifests) {
    const stale = sealed.isStale(day, content);
    days.set(day, { state: history.state, rows: content.rows, dirty: sealed.isDirty(day), stale });
  }
  return [...days].sort(([a], [b]) => a - b).map(([day, row]) => ({ day: isoDay(day), ...row }));
}
