/** What catalogue records are made of, with what only the models and plans know. */
import type { Observatory } from '@emso/core';
import { type CatalogueInput, EMPTY_LEDGER, type LedgerSummary } from '@emso/products';
import { planObservatory } from './plan.ts';

/** Undefined while the site file has no `metadata`. Sensors that have no ledger have no days; models not installed are left out. */
export function catalogueInput(
  observatory: Observatory,
  ledgers: ReadonlyMap<string, LedgerSummary>,
): CatalogueInput | undefined {
  const { metadata } = observatory;
  if (metadata === undefined) return undefined;
  return {
    observatory,
    metadata,
    sensors: planObservatory(observatory).plans.map(({ platform, sensor, model, codes, deployments, versions }) => ({
      platform,
      sensor,
      model,
      codes,
      derived: [...new Set(deployments.flatMap(({ derivation }) => derivation.codes))],
      versions,
      ledger: ledgers.get(sensor.id) ?? EMPTY_LEDGER,
    })),
  };
}
