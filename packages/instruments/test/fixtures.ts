/** The fixtures of every model as bytes, records and settings: what the property tests damage. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { RawRun } from '@emso/core';
import {
  asksHeader,
  framingOf,
  INSTRUMENTS,
  type InstrumentModel,
  readDatRows,
  readLines,
  readRecords,
} from '../src/mod.ts';

const SRC = new URL('../src/', import.meta.url);

export interface Fixture {
  readonly name: string;
  /** As `settings.json` has them, checked; what they ask of the header is filled in. */
  readonly settings: unknown;
  /** Its calibration sheet: of its header, or of `calibration.json`. */
  readonly coefficients?: unknown;
  readonly file: Uint8Array;
  readonly run: RawRun;
}

/** The fixtures of a model, in order of their names. */
export function fixturesOf(model: InstrumentModel): Fixture[] {
  const root = new URL(`${model.id}/fixtures/`, SRC);
  return readdirSync(root)
    .sort()
    .map((name) => {
      const folder = new URL(`${name}/`, root);
      const written = new URL('settings.json', folder);
      const asked = model.settings.parse(existsSync(written) ? JSON.parse(readFileSync(written, 'utf8')) : {});
      const input = readdirSync(folder).find((entry) => entry.startsWith('input.'));
      if (input === undefined)
        throw new Error(`${model.id} ${name}: expected input.lines, input.dat or input.bin, found none`);
      const file = readFileSync(new URL(input, folder));
      const framing = framingOf(model, asked);
      const run =
        input === 'input.dat'
          ? readDatRows(file, framing).run
          : 'scan' in framing
            ? readRecords(file, framing)
            : readLines(file);
      const sheet = new URL('calibration.json', folder);
      const coefficients: unknown = existsSync(sheet) ? JSON.parse(readFileSync(sheet, 'utf8')) : undefined;
      const header = asksHeader(asked) ? model.header!(run, asked) : { settings: asked };
      return { name, file, run, coefficients, ...header };
    });
}

/** The records of the model's fixtures that are framed as these settings say: damage to something real goes deeper into a decoder than noise. */
export function fixtureRecords(model: InstrumentModel, settings: unknown): Uint8Array[] {
  const framing = framingOf(model, settings);
  return fixturesOf(model)
    .filter((fixture) => framingOf(model, fixture.settings).name === framing.name)
    .flatMap(({ run }) => Array.from({ length: run.count }, (_, i) => run.bytes.slice(run.start[i], run.end[i])));
}

/** Every model with every different settings of its fixtures, and with `more` by model id. */
export function settingsTried(
  more: Readonly<Record<string, readonly unknown[]>> = {},
): { model: InstrumentModel; settings: unknown; title: string }[] {
  return [...INSTRUMENTS.values()].flatMap((model) => {
    const all = [
      ...(more[model.id] ?? []).map((each) => model.settings.parse(each)),
      ...fixturesOf(model).map((f) => f.settings),
    ];
    const different = new Map(all.map((settings) => [JSON.stringify(settings), settings]));
    return [...different].map(([text, settings]) => ({ model, settings, title: `${model.id} ${text.slice(0, 120)}` }));
  });
}
