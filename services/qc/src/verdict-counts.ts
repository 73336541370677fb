/** What the flags of a message add to the metrics: values by flag, and answers by test. */
import { oceanSitesOf, QARTOD, type VerdictMessage } from '@emso/core';
import type { Metrics } from '@emso/runtime';

/** Labels are codes of the parameter table, tests of the registry and flags: their number does not grow. */
export function countVerdicts(metrics: Metrics, { sensor, rows }: VerdictMessage): void {
  for (const { verdicts } of rows) {
    for (const [variable, { flag, tests }] of Object.entries(verdicts)) {
      metrics.qcFlags.inc({ sensor, variable, flag: String(flag) });
      for (const [test, answer] of Object.entries(tests)) {
        // That a value is there is said of every one.
        if (test !== 'missing') {
          metrics.qcTestAnswers.inc({ sensor, variable, test, flag: String(oceanSitesOf(answer)) });
        }
        if (answer === QARTOD.fail) metrics.qcTestFailures.inc({ sensor, test });
      }
    }
  }
}
