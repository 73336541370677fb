/**
 * `npm run bench:two-years`: every sensor of the site file for two years at its own rate, decoded, checked and written again on two
 * cores: the question that decides whether a new threshold is a coffee or a weekend. Lines are those of the simulator.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { compactDay, DAY_MS, deploymentAt, parseCompactDay, sensorsOf } from '@emso/core';
import { DEFAULT_SITE_FILE } from '../services/cli/src/default-site.ts';
import { reprocess } from '../services/cli/src/reprocess/reprocess.ts';
import { lineGenerator } from '../services/cli/src/simulate/generate.ts';
import { randomOf } from '../services/cli/src/simulate/random.ts';
import { loadSiteFile } from '../services/cli/src/site-file.ts';
import { temporaryDirectory } from '../test/support/servers.ts';

const FIRST_DAY = parseCompactDay('20230101') as number;
const DAYS = 730;
const SEED = 2023;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Historical daily files of every sensor; gives the number of lines. */
function writeYears(dir: string): number {
  let lines = 0;
  for (const { sensor } of sensorsOf(loadSiteFile(DEFAULT_SITE_FILE))) {
    const { deployment } = deploymentAt(sensor, FIRST_DAY * DAY_MS);
    const lineAt = lineGenerator(sensor.model, deployment.settings, randomOf(SEED, sensor.id));
    for (let day = FIRST_DAY; day < FIRST_DAY + DAYS; day++) {
      const rows: string[] = [];
      for (let timeMs = day * DAY_MS; timeMs < (day + 1) * DAY_MS; timeMs += sensor.cadenceMs) {
        const clock = new Date(timeMs).toISOString().slice(11, 19);
        rows.push(`${compactDay(day)} ${clock}${lineAt(timeMs)}\n`);
      }
      lines += rows.length;
      writeFileSync(path.join(dir, `${sensor.prefix}_${compactDay(day)}.dat`), rows.join(''), 'latin1');
    }
  }
  return lines;
}

/** Every byte of a tree, in the order of its paths. */
function digestOf(root: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!/\.(csv|nc|json)$/.test(name)) continue;
    hash.update(`${name}\n`).update(readFileSync(path.join(root, name)));
  }
  return hash.digest('hex');
}

say(`${cpus().length} cores, ${cpus()[0].model}, Node ${process.version}`);
const dir = temporaryDirectory('two-years');
const raw = path.join(dir, 'raw');
mkdirSync(raw);
const lines = writeYears(raw);
const files = readdirSync(raw).length;
say(`${DAYS} days, ${files} daily files, ${lines} lines`);
const digests = new Set<string>();
for (const workers of [2, 1]) {
  const out = path.join(dir, `out-${workers}`);
  const { seconds, sensors } = await reprocess({ raw, out, observatory: DEFAULT_SITE_FILE, workers, form: 'sealed' });
  const rows = [...sensors.values()].reduce((sum, each) => sum + each.rows, 0);
  const made = [...sensors.values()].reduce((sum, each) => sum + each.days, 0);
  digests.add(digestOf(out));
  say(
    `${workers} worker${workers === 1 ? '' : 's'}: ${seconds.toFixed(1)} s, ${Math.round(lines / seconds)} lines/s, ${Math.round(made / seconds)} days/s (CSV, NetCDF and manifest each), ${rows} rows`,
  );
}
say(
  digests.size === 1 ? 'the same bytes with one worker and with two' : 'DIFFERENT BYTES with one worker and with two',
);
process.exitCode = digests.size === 1 ? 0 : 1;
