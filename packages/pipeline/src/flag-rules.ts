/** What makes the flags of a day: tests and thresholds in force, as the files of that day say them. */
import { canonicalJson, DAY_MS, iso } from '@emso/core';
import type { FlagRules } from '@emso/products';
import { dependsOn, type TestsInForce } from '@emso/qc';
import { codesOfDay, deploymentOfDay, type SensorPlan } from './plan.ts';

/** By code, `time` included where its flag is not always good. */
export function flagRulesOfDay(plan: SensorPlan, day: number): ReadonlyMap<string, FlagRules> {
  const capped = plan.tests.cappedAt?.(noonOf(day));
  const rules = new Map<string, FlagRules>();
  for (const code of codesOfDay(plan, day)) {
    const inputs = dependsOn(plan.tests, code);
    const words = [
      ...(inputs.length > 0 ? [`never better than the worst flag of ${inputs.join(', ')}`] : []),
      ...(capped?.has(code) ? ['never better than 3: nobody has confirmed the calibration'] : []),
    ];
    rules.set(code, { tests: testsOf(plan, code, day), ...(words.length > 0 && { comment: words.join('; ') }) });
  }
  const { timePolicy, clockToleranceMs } = deploymentOfDay(plan.sensor, day);
  if (timePolicy !== 'received') {
    const tests = canonicalJson({ clockOffset: { failMs: clockToleranceMs } });
    rules.set('time', { tests, comment: 'distance between the clock of the instrument and reception' });
  }
  return rules;
}

function testsOf({ tests: { entries } }: SensorPlan, code: string, day: number): string {
  const [from, to] = [day * DAY_MS, (day + 1) * DAY_MS];
  const first = Math.max(
    0,
    entries.findLastIndex(({ validFrom }) => validFrom <= from),
  );
  const ofDay = entries.filter(({ validFrom }, i) => i === first || (i > first && validFrom < to));
  const texts = ofDay.map((entry) => canonicalJson(thresholdsOf(entry, code)));
  if (new Set(texts).size === 1) return texts[0];
  const dated = ofDay.map((entry) => ({
    validFrom: iso(Math.max(entry.validFrom, from)),
    ...thresholdsOf(entry, code),
  }));
  return canonicalJson(dated);
}

/** Test by test what is asked of a parameter, whoever asks it. */
function thresholdsOf({ asked }: TestsInForce, code: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(asked.get(code) ?? {}).map(([test, { thresholds }]) => [test, thresholds]));
}

function noonOf(day: number): number {
  return day * DAY_MS + DAY_MS / 2;
}
