/** What running services say about themselves: their addresses in the run directory, their metrics over http. */
import { readRunFiles } from '@emso/runtime';

/** One sample of the Prometheus text format. */
export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ScrapedService {
  readonly name: string;
  readonly url: string;
  /** Absent when the service does not answer: it is down, or being started again. */
  readonly samples?: readonly MetricSample[];
  /** What `/readyz` says when it is not "ready", or why there is no answer. */
  readonly notReady?: string;
  /** Nobody listens at its address: the process is gone. */
  readonly gone?: true;
}

const TIMEOUT_MS = 2000;

/** Asks every service that left its address in `runDir`. An empty list means that none ever started there. */
export async function scrapeServices(runDir: string): Promise<ScrapedService[]> {
  return Promise.all(
    (await readRunFiles(runDir)).map(async ({ name, url }): Promise<ScrapedService> => {
      try {
        const signal = AbortSignal.timeout(TIMEOUT_MS);
        const [metrics, ready] = await Promise.all([
          fetch(`${url}/metrics`, { signal }),
          fetch(`${url}/readyz`, { signal }),
        ]);
        const samples = parseMetrics(await metrics.text());
        if (ready.ok) return { name, url, samples };
        return { name, url, samples, notReady: ((await ready.json()) as { reason: string }).reason };
      } catch (error) {
        if (isGone(error)) return { name, url, notReady: 'not running', gone: true };
        return { name, url, notReady: whyNoAnswer(error) };
      }
    }),
  );
}

function whyNoAnswer(error: unknown): string {
  if ((error as Error).name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  return `no answer (${error instanceof Error ? error.message : String(error)})`;
}

/** Nobody listens there, or, for a container that does not run, nobody has that name. */
function isGone(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: string } };
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(cause?.code ?? '');
}

/** The samples of a text exposition; comments are skipped. */
export function parseMetrics(text: string): MetricSample[] {
  const samples: MetricSample[] = [];
  for (const line of text.split('\n')) {
    const m = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line);
    if (m === null) continue;
    const labels = Object.fromEntries(
      [...(m[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, value]) => [key, value]),
    );
    samples.push({ name: m[1], labels, value: Number(m[3]) });
  }
  return samples;
}

type Labels = Readonly<Record<string, string>>;

function samplesOf(services: readonly ScrapedService[], name: string, labels: Labels): number[] {
  return services
    .flatMap(({ samples = [] }) => samples)
    .filter(
      (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )
    .map(({ value }) => value);
}

/** Sum of all samples of a metric that carry these labels; 0 when there is none. */
export function sumOf(services: readonly ScrapedService[], name: string, labels: Labels = {}): number {
  return samplesOf(services, name, labels).reduce((sum, value) => sum + value, 0);
}

/** The same for what may be said by nobody, or by several alike: the greatest, undefined when there is none. */
export function greatestOf(services: readonly ScrapedService[], name: string, labels: Labels = {}): number | undefined {
  const values = samplesOf(services, name, labels);
  return values.length === 0 ? undefined : Math.max(...values);
}
