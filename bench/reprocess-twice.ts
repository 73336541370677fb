/** Reprocesses an archive twice in one process and prints how long each took, and the peak memory: JSON on stdout. */
import { performance } from 'node:perf_hooks';
import { DEFAULT_SITE_FILE } from '../services/cli/src/default-site.ts';
import { reprocess } from '../services/cli/src/reprocess/reprocess.ts';

const [raw, out, workers] = process.argv.slice(2);
const seconds: number[] = [];
for (const round of [1, 2]) {
  const startMs = performance.now();
  await reprocess({
    raw,
    out: `${out}-${round}`,
    observatory: DEFAULT_SITE_FILE,
    workers: Number(workers),
    form: 'sealed',
  });
  seconds.push((performance.now() - startMs) / 1000);
}
const maxRssMb = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ seconds: seconds[0], warmSeconds: seconds[1], maxRssMb }));
