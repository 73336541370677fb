import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QcVerdict, VerdictMessage } from '@emso/core';
import { createMetrics } from '@emso/runtime';
import { countVerdicts } from './verdict-counts.ts';

const message = (...rows: Record<string, QcVerdict>[]): VerdictMessage =>
  ({ sensor: 'microcat', rows: rows.map((verdicts) => ({ verdicts })) }) as unknown as VerdictMessage;

test('flags by parameter, answers by parameter and test, as OceanSITES flags', async () => {
  const metrics = createMetrics();
  countVerdicts(
    metrics,
    message(
      { TEMP: { flag: 1, tests: { missing: 1, grossRange: 1, spike: 2 } }, PSAL: { flag: 9, tests: { missing: 9 } } },
      { TEMP: { flag: 4, tests: { missing: 1, grossRange: 1, spike: 4 } } },
    ),
  );
  const text = await metrics.registry.metrics();
  const lines = text.split('\n').filter((line) => line.startsWith('emso_qc'));
  assert.deepEqual(lines.sort(), [
    'emso_qc_flags_total{sensor="microcat",variable="PSAL",flag="9"} 1',
    'emso_qc_flags_total{sensor="microcat",variable="TEMP",flag="1"} 1',
    'emso_qc_flags_total{sensor="microcat",variable="TEMP",flag="4"} 1',
    'emso_qc_test_answers_total{sensor="microcat",variable="TEMP",test="grossRange",flag="1"} 2',
    'emso_qc_test_answers_total{sensor="microcat",variable="TEMP",test="spike",flag="0"} 1',
    'emso_qc_test_answers_total{sensor="microcat",variable="TEMP",test="spike",flag="4"} 1',
    'emso_qc_test_failures_total{sensor="microcat",test="spike"} 1',
  ]);
});
