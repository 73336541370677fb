/** What only the instrument models know to be wrong in a site file. */
import { isMeasured, type Observatory, PARAMETERS, type PlacedFault, type Sensor } from '@emso/core';
import { INSTRUMENTS, type InstrumentModel } from '@emso/instruments';
import { type QcEntry, qcFaults } from '@emso/qc';
import { comparisonFaults } from './comparison-faults.ts';
import { derivationOf } from './derive.ts';
import { donorFaults, type Offer } from './donor-faults.ts';
import { wantedFacts } from './donors.ts';
import { measuredCodes, PLACE_FACTS } from './plan.ts';

/** Settings that a model refuses and CSV columns that cannot be: to be listed with the faults of the site file. */
export function settingsFaults(observatory: Observatory): PlacedFault[] {
  const faults: PlacedFault[] = [];
  const offers = new Map<string, Offer>();
  observatory.platforms.forEach((platform, p) => {
    platform.sensors.forEach((sensor, s) => {
      const model = INSTRUMENTS.get(sensor.model);
      if (model === undefined) return;
      const at = ['platforms', p, 'sensors', s];
      const before = faults.length;
      const codes = new Set<string>();
      const waiting = new Set<string>();
      sensor.calibrations.forEach(({ validFrom: _validFrom, source: _source, ...coefficients }, c) => {
        const path = [...at, 'calibrations', c];
        if (model.calibration === undefined) {
          faults.push({ path, message: `expected no calibration sheet: ${model.id} sends no counts that need one` });
        } else faults.push(...schemaFaults(model.calibration.coefficients, coefficients, model.id, path));
      });
      const sheetsFit = faults.length === before;
      sensor.deployments.forEach((deployment, d) => {
        const path = [...at, 'deployments', d, 'settings'];
        const found = schemaFaults(model.settings, deployment.settings, model.id, path);
        faults.push(...found);
        for (const [name, value] of Object.entries(deployment.settings)) {
          if (value !== 'header') continue;
          const message = `expected the fact itself, found 'header': only \`emso decode\` takes it from a file`;
          faults.push({ path: [...path, name], message });
        }
        if (found.length > 0 || !sheetsFit) return;
        const settings = model.settings.parse(deployment.settings) as Readonly<Record<string, unknown>>;
        const measured = measuredCodes(sensor, model, settings);
        const derivation = derivationOf(platform, deployment, settings, measured, wantedFacts(sensor));
        for (const code of [...measured, ...derivation.codes]) codes.add(code);
        for (const code of derivation.waiting) waiting.add(code);
      });
      faults.push(...testFaults(sensor, at));
      if (faults.length === before) offers.set(sensor.id, { codes, waiting });
      for (const [name, message] of columnFaults(sensor, model, codes)) {
        faults.push({ path: [...at, 'csvColumns', name], message });
      }
    });
  });
  return [...faults, ...donorFaults(observatory, offers), ...comparisonFaults(observatory, offers)];
}

/** Tests that there are not, thresholds that cannot be, tests that a live chain cannot run. */
function testFaults({ qc, cadenceMs }: Sensor, at: PlacedFault['path']): PlacedFault[] {
  return qc.flatMap((entry, i) =>
    Object.entries(entry).flatMap(([code, tests]): PlacedFault[] => {
      if (code === 'validFrom') return [];
      const circular = PARAMETERS.get(code)?.circular === true;
      return qcFaults(tests as QcEntry, { cadenceMs, live: true, circular }).map(({ path, message }) => ({
        path: [...at, 'qc', i, code, ...(path as (string | number)[])],
        message,
      }));
    }),
  );
}

function schemaFaults(
  schema: InstrumentModel['settings'],
  value: unknown,
  model: string,
  at: PlacedFault['path'],
): PlacedFault[] {
  return (schema.safeParse(value).error?.issues ?? []).map((issue) => ({
    path: [...at, ...(issue.path as (string | number)[])],
    message: `${model}: ${issue.message}`,
  }));
}

/** Historical columns of nothing that exists, or with the name of another column of the file; `codes` are those of all deployments. */
function* columnFaults(
  sensor: Sensor,
  model: InstrumentModel,
  codes: ReadonlySet<string>,
): Generator<[string, string]> {
  const mapped = new Set(Object.values(sensor.csvColumns));
  const taken = new Set(['time', 'time_QC']);
  for (const code of codes) {
    taken.add(`${code}_QC`);
    if (!mapped.has(code)) taken.add(code);
  }
  for (const [name, source] of Object.entries(sensor.csvColumns)) {
    // A parameter that no deployment sends yet keeps its column, empty.
    const texts: readonly string[] = [...model.labels, ...PLACE_FACTS];
    if (!isMeasured(source) && !texts.includes(source)) {
      yield [name, `expected a parameter code or one of the texts ${texts.join(', ')}, found '${source}'`];
    }
    if (taken.has(name)) yield [name, `expected a name that no other column of the file has, found '${name}'`];
  }
}
