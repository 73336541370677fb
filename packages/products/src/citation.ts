/** How a snapshot is cited: a function of the snapshot alone, so that it says the same for ever. */
import type { Snapshot } from './snapshot.ts';

/** The command that gives the cited bytes back. */
export function replayCommand({ name }: Pick<Snapshot, 'name'>): string {
  return `emso snapshot export ${name} --data <data root> --out <directory>`;
}

/** A BibTeX entry (`@dataset` of biblatex, with `note` for BibTeX itself), UTF-8, a line feed at the end. */
export function bibtex(snapshot: Snapshot): string {
  const { citation, observatory, name, createdAt, sha256 } = snapshot;
  const fields: [key: string, value: string | undefined][] = [
    ['author', citation.authors.map(({ name: who }) => authorText(who)).join(' and ')],
    ['title', escaped(citation.title.en)],
    ['titleaddon', escaped(citation.title.fr)],
    ['year', createdAt.slice(0, 4)],
    ['date', createdAt.slice(0, 10)],
    ['publisher', escaped(citation.publisher)],
    ['doi', citation.doi],
    ['version', escaped(name)],
    ['note', `Snapshot ${escaped(name)}, SHA-256 ${sha256}; the same bytes again: ${escaped(replayCommand(snapshot))}`],
    ['annotation', citation.authors.map((author) => `${escaped(author.name)}: ${escaped(author.role)}`).join('; ')],
  ];
  const lines = fields.flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [`  ${key} = {${value}},\n`],
  );
  return `@dataset{${observatory}-${name},\n${lines.join('')}}\n`;
}

/** The same for people. */
export function citationText(snapshot: Snapshot, language: 'fr' | 'en' = 'en'): string {
  const { citation, name, createdAt, sha256 } = snapshot;
  const authors = citation.authors.map((author) => `${author.name} (${author.role})`).join(', ');
  const doi = citation.doi === undefined ? '' : ` https://doi.org/${citation.doi}`;
  return [
    `${authors} (${createdAt.slice(0, 4)}). ${citation.title[language]}. ${citation.publisher}. Snapshot ${name}, ${createdAt.slice(0, 10)}.${doi}\n`,
    `License ${citation.license}. SHA-256 ${sha256}\n`,
    `${replayCommand(snapshot)}\n`,
  ].join('');
}

/** First and last name are told apart by BibTeX, but for names that hold what separates authors. */
function authorText(name: string): string {
  return /,|\band\b/.test(name) ? `{${escaped(name)}}` : escaped(name);
}

const SPECIAL: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
};

function escaped(text: string): string {
  return text.replace(/[\\{}~^<>]|[&%$#_]/g, (character) => SPECIAL[character] ?? `\\${character}`);
}
