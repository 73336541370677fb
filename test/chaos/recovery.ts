/** When the chain is current again: a line that left every box after a moment stands in the raw archive and in the CSV. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { dayOf, iso } from '@emso/core';
import type { SensorPlan } from '@emso/pipeline';
import { productPaths } from '@emso/products';
import { findRawFiles } from '../../services/cli/src/reprocess/inventory.ts';
import type { WitnessEntry } from '../../services/cli/src/simulate/witness.ts';
import type { TestChain } from '../support/chain.ts';
import { waitFor } from '../support/waiting.ts';

/** Resolves when every sensor has a line of after now in its files; rejects after `timeoutMs`. */
export async function untilCurrent(chain: TestChain, timeoutMs: number): Promise<void> {
  const before = new Map([...chain.simulator.progress()].map(([id, { sent }]) => [id, sent]));
  let behind = [...chain.plans];
  await waitFor(
    async () => {
      // Looking costs the machine that is being measured.
      await delay(LOOK_MS);
      const still: SensorPlan[] = [];
      for (const plan of behind) {
        if (!(await isCurrent(chain, plan, before.get(plan.sensor.id) ?? 0))) still.push(plan);
      }
      behind = still;
      return behind.length === 0 ? 'current' : undefined;
    },
    { what: `the files to be current again (${chain.plans.map(({ sensor }) => sensor.id).join(', ')})`, timeoutMs },
  );
}

const LOOK_MS = 80;
/** Rows of the newest raw file and of a CSV that are looked at: many seconds of lines. */
const TAIL_BYTES = 100_000;

async function isCurrent(chain: TestChain, plan: SensorPlan, sentBefore: number): Promise<boolean> {
  const { id } = plan.sensor;
  const since = newestSent(path.join(chain.logDir, `${id}.jsonl`)).filter(({ n }) => n > sentBefore);
  if (since.length === 0) return false;
  const payloads = new Set(since.map(({ latin1 }) => asPayload(latin1)));
  const { files } = await findRawFiles(path.join(chain.dataDir, 'raw'), [plan]);
  for (const file of files.get(plan) ?? []) {
    const text = readFileSync(file.path, 'latin1').slice(-TAIL_BYTES);
    for (const row of text.split('\n').slice(1, -1).reverse()) {
      const [stamp, kind] = row.split(' ', 2);
      if (kind !== 'line') continue;
      const payload = row.split(' ').slice(3).join(' ');
      if (!payloads.has(payload)) continue;
      const receivedMs = Date.parse(stamp);
      const csv = path.join(chain.dataDir, productPaths(plan.sensor, dayOf(receivedMs)).csv);
      if (existsSync(csv) && readFileSync(csv, 'latin1').includes(`\n${iso(receivedMs)}`)) return true;
    }
  }
  return false;
}

/** As the archive writes a line: its feed implied, other control bytes by their code. */
function asPayload(latin1: string): string {
  return latin1
    .replace(/\n$/, '')
    .replace(/[\x00-\x1f\x7f-\xff\\]/g, (byte) =>
      byte === '\\' ? '\\\\' : `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
}

function newestSent(log: string): WitnessEntry[] {
  if (!existsSync(log)) return [];
  const lines = readFileSync(log, 'latin1').slice(-TAIL_BYTES).split('\n').slice(1, -1);
  return lines.map((line) => JSON.parse(line) as WitnessEntry);
}
