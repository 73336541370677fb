/** Reprocesses an archive in this process and prints how long that took, and the peak memory: JSON on stdout. */
import { DEFAULT_SITE_FILE } from '../services/cli/src/default-site.ts';
import { reprocess } from '../services/cli/src/reprocess/reprocess.ts';

const [raw, out, workers] = process.argv.slice(2);
const startMs = performance.now();
await reprocess({ raw, out, observatory: DEFAULT_SITE_FILE, workers: Number(workers), form: 'sealed' });
const seconds = (performance.now() - startMs) / 1000;
process.stdout.write(JSON.stringify({ seconds, maxRssMb: process.resourceUsage().maxRSS / 1024 }));
