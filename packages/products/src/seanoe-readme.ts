/** README of a deposit, in French and in English: what is in it, from which instrument, what the flags mean, how to cite it. */
import { dayOf, FLAG_MEANINGS, FLAG_VALUES, isoDay } from '@emso/core';
import { depthOf } from './day-input.ts';
import { periodText, type Series } from './series.ts';

export type Language = 'fr' | 'en';

/** A file of the deposit and the series it holds. */
export interface DepositedFile {
  readonly name: string;
  readonly bytes: number;
  readonly rows: number;
  /** Its facts; of its rows the first and last at least. */
  readonly series: Series;
}

const FLAG_WORDS_FR = [
  'de qualité inconnue : aucun test ne s’applique',
  'bonne',
  'probablement bonne',
  'suspecte, peut-être corrigible',
  'mauvaise',
  'nominale, non mesurée',
  'interpolée',
  'manquante',
];

// biome-ignore format: a table, one text a line
const WORDS = {
  contents:    { fr: 'Contenu', en: 'Contents' },
  file:        { fr: 'fichier', en: 'file' },
  period:      { fr: 'période', en: 'period' },
  rows:        { fr: 'lignes', en: 'rows' },
  bytes:       { fr: 'octets', en: 'bytes' },
  dictionary:  { fr: '`data_dictionary.csv` dit ce qu’est chaque colonne et chaque variable ; `SHA256SUMS` permet de tout vérifier : `sha256sum -c SHA256SUMS`.', en: '`data_dictionary.csv` says what each column and variable is; `SHA256SUMS` lets you verify everything: `sha256sum -c SHA256SUMS`.' },
  same:        { fr: 'CSV et NetCDF contiennent les mêmes valeurs. Les heures sont UTC. Une valeur manquante est vide en CSV et vaut `_FillValue` en NetCDF.', en: 'CSV and NetCDF hold the same values. Times are UTC. A missing value is empty in CSV and `_FillValue` in NetCDF.' },
  instrument:  { fr: 'Instrument', en: 'Instrument' },
  deployment:  { fr: 'déploiement depuis', en: 'deployment since' },
  serial:      { fr: 'numéro de série', en: 'serial number' },
  depth:       { fr: 'profondeur (m)', en: 'depth (m)' },
  calibration: { fr: 'Étalonnages', en: 'Calibration sheets' },
  none:        { fr: 'aucune fiche dans la configuration du site : valeurs telles que l’instrument les délivre', en: 'no sheet in the configuration of the site: values as the instrument delivers them' },
  place:       { fr: 'Position', en: 'Position' },
  unknown:     { fr: 'inconnu', en: 'unknown' },
  flags:       { fr: 'Codes qualité (OceanSITES)', en: 'Quality flags (OceanSITES)' },
  flag:        { fr: 'code', en: 'flag' },
  meaning:     { fr: 'la valeur est', en: 'the value is' },
  flagNote:    { fr: 'Une valeur signalée n’est jamais retirée ni changée, sauf dans un dépôt restreint aux valeurs bonnes.', en: 'A flagged value is never removed or changed, except in a deposit that is restricted to good values.' },
  good:        { fr: 'Ce dépôt ne garde que les valeurs de code 1 ou 2 ; les autres sont manquantes, de code 9.', en: 'This deposit keeps values flagged 1 or 2 only; the others are missing, flagged 9.' },
  real:        { fr: 'Données temps réel, qualifiées automatiquement ; elles ne sont pas validées.', en: 'Real-time data with automatic flags; they are not validated.' },
  delayed:     { fr: 'Données validées (mode différé) :', en: 'Validated data (delayed mode):' },
  made:        { fr: 'Recalculées à partir des trames brutes ; versions et configuration :', en: 'Computed from the raw lines; versions and configuration:' },
  licence:     { fr: 'Licence et citation', en: 'Licence and citation' },
  cite:        { fr: 'Voir `CITATION`.', en: 'See `CITATION`.' },
  contacts:    { fr: 'Contacts', en: 'Contacts' },
} as const satisfies Record<string, Record<Language, string>>;

/** Markdown, LF at the end. */
export function readmeOf(
  files: readonly DepositedFile[],
  title: Readonly<Record<Language, string>>,
  language: Language,
): string {
  const say = (key: keyof typeof WORDS): string => WORDS[key][language];
  const colon = language === 'fr' ? ' :' : ':';
  const known = (fact: string | number | undefined): string =>
    fact === undefined || fact === 'unknown' ? say('unknown') : String(fact);
  const series = [...new Set(files.map((file) => file.series))];
  const { observatory, platform, sensor, model } = series[0].input;
  const site = observatory.observatory;
  const { latitude, longitude } = platform.position;
  const releases = new Set(series.flatMap(({ input: { release } }) => release ?? []));
  const deployments = new Map(series.map((each) => [each.input.deployment.from, each]));
  const lines = [
    `# ${title[language]}`,
    '',
    site.summary[language],
    '',
    ...(releases.size === 0 ? [say('real')] : [...releases].map(({ by, why }) => `${say('delayed')} ${why} (${by}).`)),
    ...(series[0].selection === 'good' ? [say('good')] : []),
    '',
    `## ${say('contents')}`,
    '',
    ...table([
      [say('file'), say('period'), say('rows'), say('bytes')],
      ...files.map((file) => [`\`${file.name}\``, periodText(file.series), String(file.rows), String(file.bytes)]),
    ]),
    '',
    say('same'),
    say('dictionary'),
    '',
    `## ${say('instrument')}`,
    '',
    `${sensor.title?.[language] ?? model.title} (${model.title}), ${platform.title[language]}.`,
    `${say('place')}${colon} ${known(latitude)} N, ${known(longitude)} E.`,
    '',
    ...table([
      [say('deployment'), say('serial'), say('depth')],
      ...[...deployments.values()].map(({ input }) => [
        isoDay(dayOf(input.deployment.from)),
        known(input.deployment.serial),
        known(depthOf(input)),
      ]),
    ]),
    '',
    `${say('calibration')}${colon} ${calibrations(series) || say('none')}.`,
    '',
    `${say('made')} ${[...new Set(series.map(({ input }) => input.build))].join(', ')}.`,
    '',
    `## ${say('flags')}`,
    '',
    ...table([
      [say('flag'), say('meaning')],
      ...FLAG_VALUES.map((flag, i) => [
        String(flag),
        language === 'fr' ? FLAG_WORDS_FR[i] : FLAG_MEANINGS[i].replaceAll('_', ' '),
      ]),
    ]),
    '',
    say('flagNote'),
    '',
    `## ${say('licence')}`,
    '',
    `${site.license} (https://spdx.org/licenses/${site.license}). ${say('cite')}`,
    '',
    `## ${say('contacts')}`,
    '',
    ...site.contacts.map(({ name, email, orcid, organisation }) => {
      const more = [organisation, email, orcid && `https://orcid.org/${orcid}`];
      return `- ${[name, ...more.filter((fact) => fact !== undefined && fact !== 'unknown')].join(', ')}`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function calibrations(series: readonly Series[]): string {
  const sheets = new Map(
    series.flatMap(({ input }) =>
      input.sensor.calibrations.map(({ validFrom, source }) => [
        validFrom,
        `${isoDay(dayOf(validFrom))}${source === undefined ? '' : ` (${source})`}`,
      ]),
    ),
  );
  return [...sheets.values()].join('; ');
}

/** A Markdown table; the first row is the heading. */
function table(rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(rows[0]), line(rows[0].map(() => '---')), ...rows.slice(1).map(line)];
}
