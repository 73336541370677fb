/** How the data came to be, step by step, from the site file and the data versions: nothing here is written by hand. */
import { type Bilingual, type Deployment, dayOf, iso, isoDay, type Sensor } from '@emso/core';
import { deploymentEnd } from './deployment-end.ts';
import { depthDuring, type SensorSource } from './sources.ts';

export interface LineageStep extends Bilingual {
  /** When it was, epoch ms UTC; absent for what happens to every line. */
  readonly at?: number;
}

/** Tests that the site file names most; the others are told by their own name. */
const TESTS: Readonly<Record<string, Bilingual>> = {
  grossRange: { fr: 'plage', en: 'gross range' },
  validRange: { fr: 'plage admise', en: 'valid range' },
  climatology: { fr: 'climatologie', en: 'climatology' },
  spike: { fr: 'pic', en: 'spike' },
  step: { fr: 'saut', en: 'step' },
  rateOfChange: { fr: 'taux de variation', en: 'rate of change' },
  rateInTime: { fr: 'variation dans le temps', en: 'rate in time' },
  flatLine: { fr: 'valeurs figées', en: 'flat line' },
  attenuatedSignal: { fr: 'signal atténué', en: 'attenuated signal' },
  agreement: { fr: 'accord entre capteurs', en: 'agreement of sensors' },
  tilt: { fr: 'inclinaison', en: 'tilt' },
  timeGap: { fr: 'lacune', en: 'time gap' },
};

const TIME_POLICY: Readonly<Record<Deployment['timePolicy'], Bilingual>> = {
  received: { fr: 'heure de réception à terre (UTC)', en: 'time of reception on shore (UTC)' },
  instrument: {
    fr: 'horloge de l’instrument (UTC), comparée à la réception',
    en: 'instrument clock (UTC), compared with reception',
  },
  relayed: {
    fr: 'horloge de l’instrument (UTC), données relayées',
    en: 'instrument clock (UTC), relayed data',
  },
};

/** The steps of a data set, from the deployments at sea to the published file. */
export function lineageSteps(sources: readonly SensorSource[]): LineageStep[] {
  return [
    ...sources.flatMap(({ sensor }) => sensor.deployments.map((_, index) => deploymentStep(sensor, index))),
    decodingStep(sources),
    ...calibrationSteps(sources),
    ...derivationStep(sources),
    qualityStep(sources),
    ...productStep(sources),
  ];
}

function day(timeMs: number): string {
  return isoDay(dayOf(timeMs));
}

function deploymentStep(sensor: Sensor, index: number): LineageStep {
  const deployment = sensor.deployments[index];
  const { from, serial, timePolicy } = deployment;
  const to = deploymentEnd(sensor, index);
  const depthM = depthDuring(sensor, deployment);
  const nominal = deployment.depthM === 'unknown';
  const known = serial !== 'unknown';
  const fr = [
    `Déploiement : ${sensor.title?.fr ?? sensor.id}, ${to === undefined ? `depuis le ${day(from)}` : `du ${day(from)} au ${day(to)}`}`,
    known ? `numéro de série ${serial}` : 'numéro de série inconnu',
    depthM === undefined ? 'profondeur inconnue' : `profondeur ${nominal ? 'nominale ' : ''}${depthM} m`,
    `temps : ${TIME_POLICY[timePolicy].fr}`,
  ];
  const en = [
    `Deployment: ${sensor.title?.en ?? sensor.id}, ${to === undefined ? `since ${day(from)}` : `from ${day(from)} to ${day(to)}`}`,
    known ? `serial number ${serial}` : 'serial number unknown',
    depthM === undefined ? 'depth unknown' : `${nominal ? 'nominal ' : ''}depth ${depthM} m`,
    `time: ${TIME_POLICY[timePolicy].en}`,
  ];
  return { fr: `${fr.join(', ')}.`, en: `${en.join(', ')}.`, at: from };
}

function decodingStep(sources: readonly SensorSource[]): LineageStep {
  const models = distinct(sources.map(({ model }) => model.title)).join(', ');
  const versions = distinct(sources.map(({ versions: { decoder } }) => decoder)).join(', ');
  return {
    fr: `Décodage automatique des lignes brutes (${models}), version de données ${versions} ; chaque octet reçu est archivé et peut être décodé de nouveau.`,
    en: `Automatic decoding of the raw lines (${models}), data version ${versions}; every byte received is archived and can be decoded again.`,
  };
}

function calibrationSteps(sources: readonly SensorSource[]): LineageStep[] {
  const steps = sources.flatMap(({ sensor }) =>
    sensor.calibrations.map(({ validFrom, source }): LineageStep => {
      const origin = typeof source === 'string' ? ` : ${source}` : '';
      return {
        fr: `Feuille d’étalonnage : ${sensor.title?.fr ?? sensor.id}, en vigueur depuis le ${day(validFrom)}${origin}.`,
        en: `Calibration sheet: ${sensor.title?.en ?? sensor.id}, in force since ${day(validFrom)}${origin.replace(' :', ':')}.`,
        at: validFrom,
      };
    }),
  );
  if (steps.length > 0) return steps;
  return [
    {
      fr: 'Étalonnage : aucune feuille n’est enregistrée ; les valeurs sont celles que l’instrument délivre avec ses coefficients internes.',
      en: 'Calibration: no sheet is on record; the values are those that the instrument delivers with its internal coefficients.',
    },
  ];
}

function derivationStep(sources: readonly SensorSource[]): LineageStep[] {
  const codes = distinct(sources.flatMap(({ derived }) => derived));
  if (codes.length === 0) return [];
  const versions = distinct(sources.map(({ versions: { derivation } }) => derivation)).join(', ');
  return [
    {
      fr: `Grandeurs calculées (${codes.join(', ')}), version de données ${versions} ; la méthode et les constantes sont dites dans chaque fichier NetCDF.`,
      en: `Computed quantities (${codes.join(', ')}), data version ${versions}; method and constants are told in each NetCDF file.`,
    },
  ];
}

/** Names of the tests that the site file sets for sensors, and since when the latest thresholds hold. */
export function testsOf(sources: readonly SensorSource[]): Bilingual & { readonly since?: string } {
  const entries = sources.flatMap(({ sensor }) => sensor.qc);
  const tests = distinct(
    entries.flatMap(({ validFrom: _validFrom, ...byCode }) =>
      Object.values(byCode).flatMap((each) => (typeof each === 'object' && each !== null ? Object.keys(each) : [])),
    ),
  );
  const names = (language: keyof Bilingual): string => tests.map((test) => TESTS[test]?.[language] ?? test).join(', ');
  return {
    fr: names('fr') || 'limites du capteur',
    en: names('en') || 'limits of the sensor',
    ...(entries.length > 0 && { since: day(Math.max(...entries.map(({ validFrom }) => validFrom))) }),
  };
}

/** What every value carries. */
export const FLAGS: Bilingual = {
  fr: 'chaque valeur porte un drapeau OceanSITES (0 inconnu, 1 bonne, 3 suspecte, 4 mauvaise, 9 manquante) ; aucune valeur n’est modifiée ni supprimée',
  en: 'every value carries an OceanSITES flag (0 unknown, 1 good, 3 suspect, 4 bad, 9 missing); no value is changed or removed',
};

/** How good the data are, in one sentence. */
export function qualityStep(sources: readonly SensorSource[]): LineageStep {
  const { fr, en, since } = testsOf(sources);
  const versions = distinct(sources.map(({ versions: { qc } }) => qc)).join(', ');
  const [depuis, from] =
    since === undefined ? ['', ''] : [`, seuils en vigueur depuis le ${since}`, `, thresholds in force since ${since}`];
  return {
    fr: `Contrôle qualité automatique (tests : ${fr}), version ${versions}${depuis} ; ${FLAGS.fr}.`,
    en: `Automatic quality control (tests: ${en}), version ${versions}${from}; ${FLAGS.en}.`,
  };
}

function productStep(sources: readonly SensorSource[]): LineageStep[] {
  const with_ = sources.filter(({ ledger }) => ledger.lastDay !== undefined);
  if (with_.length === 0) return [];
  const builds = distinct(with_.flatMap(({ ledger }) => ledger.builds.slice(0, 1)));
  const total = (of: (source: SensorSource) => number): number => with_.reduce((sum, each) => sum + of(each), 0);
  const [days, sealed, rows] = [
    total(({ ledger }) => ledger.days),
    total(({ ledger }) => ledger.sealedDays),
    total(({ ledger }) => ledger.rows),
  ];
  const last = Math.max(...with_.map(({ ledger }) => ledger.lastDay ?? 0));
  const versions = distinct(with_.map(({ versions: { product } }) => product)).join(', ');
  return [
    {
      fr: `Fichiers journaliers CSV et NetCDF (CF-1.6, ACDD-1.3, OceanSITES 1.4), version ${versions} : ${count(days, 'jour')} dont ${sealed} définitif${sealed > 1 ? 's' : ''}, ${count(rows, 'ligne')} jusqu’au ${isoDay(last)} ; calculés par ${builds.join(', ')}.`,
      en: `Daily CSV and NetCDF files (CF-1.6, ACDD-1.3, OceanSITES 1.4), version ${versions}: ${count(days, 'day')}, ${sealed} of them sealed, ${count(rows, 'row')} up to ${isoDay(last)}; computed by ${builds.join(', ')}.`,
      at: (last + 1) * 86_400_000,
    },
  ];
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n > 1 ? 's' : ''}`;
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** ISO 8601 of a step's time. */
export function stepTime({ at }: LineageStep): string | undefined {
  return at === undefined ? undefined : iso(at);
}
