/** What a file of a MicroCAT says of itself: coefficients in the header of an upload, the envelope of an inductive modem. */
import { createBatch, KIND, type RawRun } from '@emso/core';
import { HASH, latin1Text, skipBlanks, trimmedEnd } from '../bytes.ts';
import type { DecodeLine, FileHeader } from '../define.ts';
import { type Coefficients, coefficientsSchema, GROUPS, type GroupName } from './calibration.ts';
import type { Settings } from './settings.ts';

const STAR = 0x2a;

/** Header lines that declare how many samples follow. */
const DECLARED_SAMPLES = ['SAMPLES', 'SAMPLESRECORDED'];

/** Header lines name the coefficients of oxygen with `OX` in front, since those of temperature have the same names. */
const PREFIX: Readonly<Record<GroupName, string>> = { temperature: '', conductivity: '', pressure: '', oxygen: 'OX' };

/**
 * The settings of a run with what its header lines say in place of `header`. Where they do not say it, quantities stay
 * missing or lines without a calibration, and a warning tells why. A decoder does not count, so that declared samples and
 * lines that decode differ is a warning too (FORMATS §9.18).
 */
export function readHeader(
  run: RawRun,
  settings: Settings,
  decoder: (settings: Settings) => DecodeLine,
): FileHeader<Settings, Coefficients> {
  const facts = factsOf(run);
  const warnings: string[] = [];
  const resolved: Settings = { ...settings };
  let coefficients: Coefficients | undefined;
  if (settings.calibration === 'header') {
    delete resolved.calibration;
    coefficients = coefficientsOf(facts, warnings);
  }
  if (settings.pressureRange === 'header') {
    delete resolved.pressureRange;
    const range = Number(facts.get('PRESSURERANGE') ?? Number.NaN);
    if (range > 0) resolved.pressureRange = range;
    else warnings.push('expected a header line `#PressureRange = <psia>`, found none: no pressure; set pressureRange');
  }
  const declared = DECLARED_SAMPLES.map((name) => facts.get(name)).find((text) => text !== undefined);
  if (declared !== undefined) {
    const found = samplesOf(run, decoder(resolved));
    if (Number(declared) !== found) {
      warnings.push(`expected ${declared} samples as the header declares, found ${found}: lines were lost or damaged`);
    }
  }
  return { settings: resolved, ...(coefficients !== undefined && { coefficients }), warnings };
}

/** Values by name in upper case, of `<Name>value</Name>` in lines with a star and of `#Name = value`; the first of each counts. */
function factsOf(run: RawRun): Map<string, string> {
  const facts = new Map<string, string>();
  for (let i = 0; i < run.count; i++) {
    const stop = trimmedEnd(run.bytes, run.start[i], run.end[i]);
    const at = skipBlanks(run.bytes, run.start[i], stop);
    if (at === stop || (run.bytes[at] !== STAR && run.bytes[at] !== HASH)) continue;
    const text = latin1Text(run.bytes, at, stop);
    const [, name, value] =
      /^\*\s*<(\w+)>\s*([^<>]*?)\s*<\/\1>/.exec(text) ?? /^#\s*(\w+)\s*=\s*(\S+)/.exec(text) ?? [];
    if (name !== undefined && !facts.has(name.toUpperCase())) facts.set(name.toUpperCase(), value);
  }
  return facts;
}

function coefficientsOf(facts: ReadonlyMap<string, string>, warnings: string[]): Coefficients | undefined {
  const sheet: Partial<Record<GroupName, Record<string, number>>> = {};
  for (const group of Object.keys(GROUPS) as GroupName[]) {
    const names = GROUPS[group].map((name) => PREFIX[group] + name.toUpperCase());
    const missing = names.filter((name) => !isNumber(facts.get(name)));
    if (missing.length === 0) {
      sheet[group] = Object.fromEntries(GROUPS[group].map((name, i) => [name, Number(facts.get(names[i]))]));
    } else if (missing.length < names.length) {
      warnings.push(`expected all ${group} coefficients in the header lines, found none of ${missing.join(', ')}`);
    }
  }
  const offset = facts.get('POFFSET');
  if (sheet.pressure !== undefined && isNumber(offset)) sheet.pressure['poffset'] = Number(offset);
  const parsed = coefficientsSchema.safeParse(sheet);
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues) warnings.push(`header lines, ${path.join('.')}: ${message}`);
  return undefined;
}

function isNumber(text: string | undefined): text is string {
  return text !== undefined && text !== '' && Number.isFinite(Number(text));
}

/** Lines that decode. */
function samplesOf(run: RawRun, decode: DecodeLine): number {
  const batch = createBatch([], ['', ''], 1);
  let samples = 0;
  for (let i = 0; i < run.count; i++) {
    if (run.kind[i] !== KIND.line && run.kind[i] !== KIND.import) continue;
    batch.count = 0;
    if (decode(run.bytes, run.start[i], run.end[i], batch).kind === 'decoded') samples++;
  }
  return samples;
}
