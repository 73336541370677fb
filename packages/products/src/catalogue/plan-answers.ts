/** The answers of the plan: facts of the site file and of the ledger, and what only people know, said by them. */
import { dayOf, isoDay } from '@emso/core';
import { element, type Markup } from '../xml.ts';
import type { CatalogueEntry, CatalogueModel } from './entries.ts';
import { FLAGS, testsOf } from './lineage.ts';
import { doiUrl } from './links.ts';
import { known, publisherOf } from './parties.ts';

type Plan = NonNullable<CatalogueModel['input']['metadata']['plan']>;

/** By question, in the order of reading. What nobody has answered is shown as open. */
export function answersOf(model: CatalogueModel, plan: Plan): ReadonlyMap<string, readonly Markup[]> {
  const { observatory, metadata } = model.input;
  const site = observatory.observatory;
  const written = (id: string): Markup[] => {
    const answer = plan.answers[id];
    if (answer === undefined) return [];
    return [answer === 'unknown' ? open('À compléter par le responsable scientifique.') : paragraph(answer)];
  };
  const from: Readonly<Record<string, readonly Markup[]>> = {
    '1a': platformAnswers(model),
    '1b': [products(model), ...notPublished(model)],
    '2a': [
      paragraph(
        'Chaque jeu de données et chaque plateforme a une fiche ISO 19115/19139 (profil INSPIRE), en français et en anglais, produite à partir ' +
          'de la description du site. Chaque fichier NetCDF porte ses métadonnées CF-1.6, ACDD-1.3, OceanSITES 1.4 et EMSO ; les paramètres, ' +
          'unités et instruments sont désignés par les vocabulaires SeaDataNet (P01, P02, P06, L05, L06, L22).',
      ),
      paragraph(
        'Organisation : un fichier par capteur et jour UTC, rangé par capteur et par mois, avec un manifeste (sommes SHA-256, lacunes et leur cause).',
      ),
    ],
    '2b': [paragraph(metadata.lineage.fr), ...qualityAnswers(model)],
    '3a': [
      paragraph(`Diffusion : ${plan.host.title} (${plan.host.url}).`),
      known(plan.host.backup)
        ? paragraph(`Sauvegarde : ${plan.host.backup}`)
        : open('Sauvegarde du serveur : à compléter.'),
    ],
    '3b':
      plan.security.length > 0
        ? [list(plan.security.map(({ title, description }) => `${title} : ${description}`))]
        : [paragraph(`Données sensibles : ${yesNo(plan.sensitiveData)}.`)],
    '4a': [paragraph(`Données à caractère personnel : ${yesNo(plan.personalData)}.`)],
    '4b': [
      paragraph(`Titulaires des droits : ${site.rightsHolders.join(', ')}.`),
      element('p', {}, element('a', { href: metadata.licence.url }, metadata.licence.fr), ` (${site.license}).`),
      ...(site.licenseNote === undefined
        ? []
        : [element('p', { class: 'open' }, 'À confirmer : ', element('span', { lang: 'en' }, site.licenseNote))]),
    ],
    '4c': [paragraph(`Questions éthiques : ${yesNo(plan.ethicalIssues)}.`)],
    '5a': [paragraph(accessAnswer(site.access)), paragraph(metadata.useLimitation.fr), links(model)],
    '5b': [paragraph(plan.preservation.fr)],
    '5c': [
      paragraph(
        'Aucun logiciel propriétaire : les fichiers NetCDF-3 et CSV se lisent avec Python, R, Matlab, Octave, Ferret, Ocean Data View ou un tableur ; ' +
          'ERDDAP les sert aussi par OPeNDAP et dans une vingtaine de formats.',
      ),
    ],
    '5d': [identifiers(model)],
    '6a': [
      people(model),
      paragraph(
        `Éditeur des données : ${publisherOf(site).name}. Financement : ${metadata.funders.map(({ name }) => name).join(', ')}.`,
      ),
    ],
    '6b': [],
  };
  return new Map(
    Object.entries(from).map(([id, facts]) => {
      const all = [...written(id), ...facts];
      return [id, all.length > 0 ? all : [open('À compléter.')]];
    }),
  );
}

function paragraph(text: string): Markup {
  return element('p', {}, text);
}

function open(text: string): Markup {
  return element('p', { class: 'open' }, text);
}

function list(items: readonly string[]): Markup {
  return element(
    'ul',
    {},
    items.map((item) => element('li', {}, item)),
  );
}

function table(
  heading: readonly string[],
  rows: readonly (readonly (string | number | Markup)[])[],
  numbers: readonly number[] = [],
): Markup {
  const cell = (value: string | number | Markup, i: number): Markup =>
    element('td', numbers.includes(i) ? { class: 'number' } : {}, value === '' ? '–' : value);
  return element(
    'div',
    { class: 'wide' },
    element(
      'table',
      {},
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          heading.map((each) => element('th', {}, each)),
        ),
      ),
      element(
        'tbody',
        {},
        rows.map((row) => element('tr', {}, row.map(cell))),
      ),
    ),
  );
}

function yesNo(answer: 'yes' | 'no' | 'unknown'): string {
  return { yes: 'oui', no: 'non', unknown: 'à préciser' }[answer];
}

function datasets({ entries }: CatalogueModel): CatalogueEntry[] {
  return entries.filter(({ kind }) => kind === 'dataset');
}

/** One paragraph a platform, ALBATROSS like the MII. */
function platformAnswers({ input, entries }: CatalogueModel): Markup[] {
  return input.observatory.platforms.flatMap((platform) => {
    const series = entries.find(({ id }) => id === platform.id);
    const sensors = input.sensors.filter((source) => source.platform === platform);
    return [
      element('h4', {}, `${platform.oso} – ${platform.title.fr}`),
      ...(series === undefined ? [] : [paragraph(series.abstract.fr)]),
      table(
        ['Capteur', 'Instrument', 'Cadence', 'Déployé depuis', 'Profondeur'],
        sensors.map(({ sensor, model }) => {
          const latest = sensor.deployments[sensor.deployments.length - 1];
          const nominal = sensor.depthTheoreticM === undefined ? 'inconnue' : `${sensor.depthTheoreticM} m (nominale)`;
          return [
            sensor.title?.fr ?? sensor.id,
            model.title,
            `${sensor.cadenceMs / 60_000} min`,
            isoDay(dayOf(latest.from)),
            latest.depthM === 'unknown' ? nominal : `${latest.depthM} m`,
          ];
        }),
      ),
    ];
  });
}

/** Types, formats and volumes, from the ledger. */
function products(model: CatalogueModel): Markup {
  const rows = datasets(model).map((entry) => {
    const days = entry.sources.reduce((sum, { ledger }) => sum + ledger.days, 0);
    return [
      entry.platforms[0].oso,
      entry.title.fr.split(' – ').slice(2).join(' – ') || entry.title.fr,
      `${entry.extent.begin} → ${entry.extent.end ?? 'en cours'}`,
      grouped(days),
      grouped(entry.rows),
      `${decimal(entry.netcdfBytes)} / ${decimal(entry.csvBytes)}`,
    ];
  });
  const total = datasets(model).reduce((sum, { csvBytes, netcdfBytes }) => sum + csvBytes + netcdfBytes, 0);
  const files = datasets(model).reduce((sum, entry) => sum + entry.files, 0);
  return element(
    'div',
    {},
    table(['Plateforme', 'Jeu de données', 'Période', 'Jours', 'Lignes', 'NetCDF / CSV (Mo)'], rows, [3, 4, 5]),
    paragraph(
      `En tout ${grouped(files)} fichiers, ${decimal(total)} Mo (NetCDF et CSV), sans compter l’archive brute.`,
    ),
  );
}

function notPublished({ missing }: CatalogueModel): Markup[] {
  const ids = missing.filter(({ reason }) => reason === 'dataset-unknown').map(({ id }) => id);
  if (ids.length === 0) return [];
  return [open(`Mesuré et archivé, sans jeu de données public pour l’instant : ${ids.join(', ')}.`)];
}

function qualityAnswers(model: CatalogueModel): Markup[] {
  return [
    paragraph(`Contrôle automatique dès la réception : ${FLAGS.fr}.`),
    table(
      ['Jeu de données', 'Tests', 'Seuils depuis'],
      datasets(model).map(({ id, sources }) => {
        const { fr, since } = testsOf(sources);
        return [element('code', {}, id), fr, since ?? ''];
      }),
    ),
  ];
}

function accessAnswer(access: CatalogueModel['input']['observatory']['observatory']['access']): string {
  if (access === 'public') return 'Données publiques, en temps quasi réel, sans compte ni embargo.';
  if (access === 'restricted') return 'Accès restreint.';
  return `Données sous embargo jusqu’au ${isoDay(dayOf(access.embargoedUntil))}.`;
}

function links(model: CatalogueModel): Markup {
  return table(
    ['Jeu de données', 'Accès'],
    datasets(model).map(({ id, links: all }) => {
      const url = all.find((link) => link.function === 'search')?.url;
      return [element('code', {}, id), url === undefined ? '' : element('a', { href: url }, url)];
    }),
  );
}

function identifiers({ entries }: CatalogueModel): Markup {
  return table(
    ['Fiche', 'DOI', 'Identifiant de la fiche'],
    entries.map(({ id, doi, ownDoi, uuid }) => [
      element('code', {}, id),
      doi === undefined
        ? 'aucun'
        : element(
            'span',
            {},
            element('a', { href: doiUrl(doi) }, doi),
            ownDoi === undefined ? ' (de la plateforme)' : '',
          ),
      element('code', {}, uuid),
    ]),
  );
}

const ROLES: Readonly<Record<string, string>> = {
  principalInvestigator: 'responsable scientifique',
  dataManager: 'gestionnaire des données',
};

function people({ input }: CatalogueModel): Markup {
  const { contacts } = input.observatory.observatory;
  return table(
    ['Nom', 'Rôle', 'Organisme', 'Adresse'],
    contacts.map(({ name, role, organisation, email }) => [
      name,
      ROLES[role] ?? role,
      organisation ?? 'inconnu',
      known(email) ? element('a', { href: `mailto:${email}` }, email) : 'inconnue',
    ]),
  );
}

/** `1 234 567`, with narrow no-break spaces as French has it. */
function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** MB with a decimal comma. */
function decimal(bytes: number): string {
  const [whole, tenth] = (bytes / 1_000_000).toFixed(1).split('.');
  return `${grouped(Number(whole))},${tenth}`;
}
