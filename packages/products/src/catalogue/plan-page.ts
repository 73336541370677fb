/** The data management plan as a page in French, under the headings of OPIDoR (the structure that ANR and Science Europe share). */
import { element, type Markup } from '../xml.ts';
import type { CatalogueModel } from './entries.ts';
import { lastChange } from './last-change.ts';
import { planId } from './madmp.ts';
import { answersOf } from './plan-answers.ts';

interface Section {
  readonly title: string;
  readonly questions: Readonly<Record<string, string>>;
}

/** The template's own words. */
const SECTIONS: readonly Section[] = [
  {
    title: 'Description des données et collecte ou réutilisation de données existantes',
    questions: {
      '1a': 'Comment de nouvelles données seront-elles recueillies ou produites et/ou comment des données préexistantes seront-elles réutilisées ?',
      '1b': 'Quelles données (types, formats et volumes par ex.) seront collectées ou produites ?',
    },
  },
  {
    title: 'Documentation et qualité des données',
    questions: {
      '2a': 'Quelles métadonnées et quelle documentation (par exemple méthodologie de collecte et mode d’organisation des données) accompagneront les données ?',
      '2b': 'Quelles mesures de contrôle de la qualité des données seront mises en œuvre ?',
    },
  },
  {
    title: 'Stockage et sauvegarde pendant le processus de recherche',
    questions: {
      '3a': 'Comment les données et les métadonnées seront-elles stockées et sauvegardées tout au long du processus de recherche ?',
      '3b': 'Comment la sécurité des données et la protection des données sensibles seront-elles assurées tout au long du processus de recherche ?',
    },
  },
  {
    title: 'Exigences légales et éthiques, codes de conduite',
    questions: {
      '4a': 'Si des données à caractère personnel sont traitées, comment le respect des dispositions de la législation sur les données à caractère personnel et sur la sécurité des données sera-t-il assuré ?',
      '4b': 'Comment les autres questions juridiques, comme la titularité ou les droits de propriété intellectuelle sur les données, seront-elles abordées ? Quelle est la législation applicable en la matière ?',
      '4c': 'Comment les éventuelles questions éthiques seront-elles prises en compte, les codes déontologiques respectés ?',
    },
  },
  {
    title: 'Partage des données et conservation à long terme',
    questions: {
      '5a': 'Comment et quand les données seront-elles partagées ? Y-a-t-il des restrictions au partage des données ou des raisons de définir un embargo ?',
      '5b': 'Comment les données à conserver seront-elles sélectionnées et où seront-elles préservées sur le long terme (par ex. un entrepôt de données ou une archive) ?',
      '5c': 'Quelles méthodes ou quels outils logiciels seront nécessaires pour accéder et utiliser les données ?',
      '5d': 'Comment l’attribution d’un identifiant unique et pérenne (comme le DOI) sera-t-elle assurée pour chaque jeu de données ?',
    },
  },
  {
    title: 'Responsabilités et ressources en matière de gestion des données',
    questions: {
      '6a': 'Qui (par exemple rôle, position et institution de rattachement) sera responsable de la gestion des données (c’est-à-dire le gestionnaire des données) ?',
      '6b': 'Quelles seront les ressources (budget et temps alloués) dédiées à la gestion des données permettant de s’assurer que les données seront FAIR (Facile à trouver, Accessible, Interopérable, Réutilisable) ?',
    },
  },
];

const STYLE = `
:root { color-scheme: light; --ink: #14212b; --quiet: #536471; --line: #d5dde3; --sea: #0b4f6c; --pale: #f2f7f9; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: #fff; font: 16px/1.6 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
header { background: var(--sea); color: #fff; padding: 2.5rem 1.25rem 2rem; }
header > *, main, footer { max-width: 62rem; margin-inline: auto; }
h1 { margin: 0 auto .5rem; font-size: 1.9rem; line-height: 1.25; text-wrap: balance; }
header p { margin-block: .25rem; max-width: 62rem; opacity: .92; }
main, footer { padding: 1.5rem 1.25rem; }
nav ol { columns: 2 22rem; column-gap: 2.5rem; padding-left: 1.4rem; margin: 0; }
nav a { color: var(--sea); }
h2 { margin: 2.75rem 0 .5rem; padding-top: .75rem; border-top: 3px solid var(--sea); font-size: 1.35rem; color: var(--sea); }
h3 { margin: 1.75rem 0 .4rem; font-size: 1rem; font-weight: 600; color: var(--quiet); }
h3 b { color: var(--sea); margin-right: .4em; }
h4 { margin: 1.1rem 0 .2rem; font-size: 1rem; }
p, ul { margin: .4rem 0; max-width: 48rem; }
.wide { overflow-x: auto; margin: .75rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .7rem; border-bottom: 1px solid var(--line); }
th { background: var(--pale); font-weight: 600; white-space: nowrap; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font-size: .88em; overflow-wrap: anywhere; }
.open { background: #fff6df; border-left: 4px solid #d08b00; padding: .5rem .8rem; }
footer { color: var(--quiet); font-size: .9rem; border-top: 1px solid var(--line); }
@media print { header { color: var(--ink); background: none; padding: 0; } h2 { break-after: avoid; } nav { display: none; } }
`;

/** The page; undefined while the site file has no plan. */
export function planPageOf(model: CatalogueModel): string | undefined {
  const { plan } = model.input.metadata;
  if (plan === undefined) return undefined;
  const site = model.input.observatory.observatory;
  const answers = answersOf(model, plan);
  const page = element(
    'html',
    { lang: 'fr' },
    element(
      'head',
      {},
      element('meta', { charset: 'utf-8' }),
      element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      element('title', {}, plan.title.fr),
      element('style', {}, STYLE),
    ),
    element(
      'body',
      {},
      element(
        'header',
        {},
        element('h1', {}, plan.title.fr),
        element('p', {}, plan.description.fr),
        element('p', {}, `État au ${lastChange(model)} (dernier jour de données ou dernière révision des textes).`),
      ),
      element(
        'main',
        {},
        contents(),
        SECTIONS.map((section, i) => sectionOf(section, i + 1, answers)),
      ),
      element(
        'footer',
        {},
        element('p', {}, `${site.title.fr}. Identifiant du plan : ${planId(site, plan).identifier}`),
        element(
          'p',
          {},
          'Page produite par la chaîne de données à partir de la description du site et des fichiers journaliers.',
        ),
      ),
    ),
  );
  return `<!doctype html>\n${page.text}\n`;
}

function contents(): Markup {
  return element(
    'nav',
    { 'aria-label': 'Sommaire' },
    element(
      'ol',
      {},
      SECTIONS.map(({ title }, i) => element('li', {}, element('a', { href: `#s${i + 1}` }, title))),
    ),
  );
}

function sectionOf(
  { title, questions }: Section,
  number: number,
  answers: ReadonlyMap<string, readonly Markup[]>,
): Markup {
  return element(
    'section',
    { id: `s${number}` },
    element('h2', {}, `${number}. ${title}`),
    Object.entries(questions).map(([id, question]) => [
      element('h3', { id: `q${id}` }, element('b', {}, id), question),
      ...(answers.get(id) ?? []),
    ]),
  );
}
