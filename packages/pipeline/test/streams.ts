/** Raw records for tests: written by hand, or arbitrary streams with everything that happens on a serial line. */
import { DAY_MS, isoMs, type RawRecord, type RawRun, type RecordKind, sessionId } from '@emso/core';
import { formatImportRows, formatRawRows, type ImportRow, parseRawFile } from '@emso/products';
import fc from 'fast-check';

/** The day of most tests; deployments and thresholds change at its noon. */
export const DAY = Date.UTC(2020, 2, 1) / DAY_MS;
export const MIDNIGHT = DAY * DAY_MS;
export const NOON = MIDNIGHT + DAY_MS / 2;

export const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');
export const asText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
export const SESSION = sessionId(MIDNIGHT, '00000000');

/** A record of the session; a text is its payload. */
export function record(seq: number, receivedMs: number, payload: string, kind: RecordKind = 'line'): RawRecord {
  return { session: SESSION, seq, receivedMs, kind, bytes: ascii(payload) };
}

/** A sample, with the instrument's clock when `clockMs` is given. */
export function sample(temperature: number, clockMs?: number, salinity = false): string {
  const fields = [temperature.toFixed(4), ' 4.59963', ' 2505.600', ...(salinity ? [' 38.4794'] : [])];
  if (clockMs !== undefined) {
    const [, month, day, year] = new Date(clockMs)
      .toUTCString()
      .match(/(\d+) (\w+) (\d+)/)!
      .slice() as string[];
    fields.push(` ${month} ${day} ${year}`, ` ${isoMs(clockMs).slice(11, 19)}`);
  }
  return `${fields.join(',')}\r`;
}

/** The rows as the archive gives them, in the order given: formatted and read back. */
export function runOf(records: readonly RawRecord[], imports: readonly ImportRow[] = []): RawRun {
  const { run, damaged } = parseRawFile(Buffer.concat([formatRawRows(records), formatImportRows(imports)]));
  if (damaged.length > 0) throw new Error(`expected rows that can be read back, found ${JSON.stringify(damaged)}`);
  return run;
}

interface Step {
  readonly advanceMs: number | 'to the end of the day' | 'to noon';
  readonly clockMs: number;
  readonly temperature: number;
  readonly what: 'sample' | 'dated' | 'salty' | 'again' | 'empty' | 'bad' | 'piece' | 'partial' | 'event';
  readonly restart: boolean;
  readonly cut: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  advanceMs: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(0, 1, 2) },
    { weight: 5, arbitrary: fc.integer({ min: 3, max: 300_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: -5000, max: -1 }) },
    { weight: 1, arbitrary: fc.constantFrom('to the end of the day' as const, 'to noon' as const) },
  ),
  // Mostly right, sometimes late or ahead, by whole seconds as instruments print them; rarely nonsense.
  clockMs: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(0, -1000) },
    { weight: 2, arbitrary: fc.integer({ min: -200, max: 100 }).map((s) => s * 1000) },
    { weight: 1, arbitrary: fc.constantFrom(-3 * DAY_MS, -DAY_MS, DAY_MS - 1000, DAY_MS, 2 * DAY_MS) },
  ),
  temperature: fc.integer({ min: 120_000, max: 145_000 }).map((n) => n / 10_000),
  what: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('sample' as const, 'dated' as const, 'dated' as const, 'salty' as const) },
    { weight: 1, arbitrary: fc.constant('again' as const) },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        'empty' as const,
        'bad' as const,
        'piece' as const,
        'partial' as const,
        'event' as const,
      ),
    },
  ),
  restart: fc.integer({ min: 0, max: 15 }).map((n) => n === 0),
  cut: fc.boolean(),
});

/**
 * Records of one sensor in the order in which they were spooled, cut into RAW messages: consecutive records of one session
 * each. Begins shortly before noon or midnight, so that both are crossed often.
 */
export const messages: fc.Arbitrary<RawRecord[][]> = fc
  .tuple(
    fc.constantFrom(MIDNIGHT - 1000, MIDNIGHT - 400_000, NOON - 400_000, NOON - 3),
    fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }),
  )
  .map(([startMs, steps]) => {
    const out: RawRecord[][] = [];
    let now = startMs;
    let session = sessionId(startMs, '00000000');
    let seq = 0;
    steps.forEach((each, i) => {
      now = after(now, each.advanceMs);
      if (each.restart) [session, seq] = [sessionId(startMs + i, '00000000'), 0];
      const before = out.at(-1)?.at(-1);
      const content = each.what === 'again' && before !== undefined ? before : contentOf(each, now);
      const made = { session, seq: ++seq, receivedMs: now, kind: content.kind, bytes: content.bytes };
      if (i === 0 || each.cut || each.restart) out.push([made]);
      else out[out.length - 1].push(made);
    });
    return out;
  });

function after(now: number, advance: Step['advanceMs']): number {
  if (typeof advance === 'number') return now + advance;
  const end = Math.floor(now / DAY_MS) * DAY_MS + DAY_MS;
  return advance === 'to the end of the day' ? end - 1 : Math.max(now, end - DAY_MS / 2 - 1);
}

function contentOf({ what, temperature, clockMs }: Step, now: number): Pick<RawRecord, 'kind' | 'bytes'> {
  const dated = sample(temperature, now + clockMs);
  switch (what) {
    case 'again':
    case 'sample':
      return { kind: 'line', bytes: ascii(sample(temperature)) };
    case 'dated':
      return { kind: 'line', bytes: ascii(dated) };
    case 'salty':
      return { kind: 'line', bytes: ascii(sample(temperature, now + clockMs, true)) };
    case 'empty':
      return { kind: 'line', bytes: ascii('\r') };
    case 'bad':
      return { kind: 'line', bytes: ascii(`${dated.slice(0, 12)}\x00\xff\\`) };
    case 'event':
      return { kind: 'event', bytes: ascii('lost ECONNRESET') };
    default:
      return { kind: what, bytes: ascii(`${dated.slice(0, 20)}\n`) };
  }
}
