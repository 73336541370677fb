/** `emso catalog diff`: what the records say and the catalogue does not, and the other way round. */
import { canonicalHash, canonicalLines } from '@emso/products';
import { type ComparedRecord, compareRecords, SyncMemory } from '@emso/runtime/catalogue';
import { EXIT } from '../command-failure.ts';
import { loadSiteFile } from '../site-file.ts';
import { catalogueOf, commandFailure, openFarEnd, recordsFor } from './far-end.ts';
import type { CatalogOptions } from './options.ts';

/** More lines say less. */
const MAX_LINES = 40;

/** Prints the differences and sets exit code 1 when there are any. Throws CommandFailure when the far end cannot be read. */
export async function diff(options: CatalogOptions, asJson: boolean): Promise<void> {
  const { farEnd } = catalogueOf(loadSiteFile(options.observatory));
  const records = await recordsFor(options);
  const { name } = await openFarEnd(farEnd);
  const memory = SyncMemory.open(options.state, farEnd.identity, () => undefined);
  const compared = await compareRecords(farEnd, records, (uuid) => memory.get(uuid), canonicalHash).catch((error) => {
    throw commandFailure(error);
  });
  const different = compared.filter(({ content, visibility }) => content !== 'same' || visibility !== 'same');
  for (const each of asJson ? compared : different) {
    process.stdout.write(asJson ? `${JSON.stringify(factsOf(each))}\n` : textOf(each));
  }
  if (!asJson) process.stderr.write(`${name}: ${different.length} of ${compared.length} records differ\n`);
  if (different.length > 0) process.exitCode = EXIT.problem;
}

function factsOf(compared: ComparedRecord) {
  const { record, content, visibility } = compared;
  return { uuid: record.uuid, level: record.level, title: record.title, content, visibility, ...linesOf(compared) };
}

function textOf(compared: ComparedRecord): string {
  const { record, content, visibility } = compared;
  const words = [content === 'same' ? '' : content, visibility === 'same' ? '' : visibility].filter(
    (word) => word !== '',
  );
  const { removed, added } = linesOf(compared);
  const lines = [...removed.map((line) => `- ${line}`), ...added.map((line) => `+ ${line}`)];
  const more = lines.length > MAX_LINES ? `  … and ${lines.length - MAX_LINES} lines more (--json has all)\n` : '';
  const shown = lines.slice(0, MAX_LINES).map((line) => `  ${line}\n`);
  return `${words.join(', ')}: ${record.title} (${record.uuid})\n${shown.join('')}${more}`;
}

/** Lines of the canonical forms that the other one does not have; none for a record that is to be created. */
function linesOf({ record, remote, content }: ComparedRecord): { removed: string[]; added: string[] } {
  if (content !== 'update' || remote === undefined) return { removed: [], added: [] };
  const ours = canonicalLines(record.xml);
  const theirs = linesIn(remote.xml);
  const [ourSet, theirSet] = [new Set(ours), new Set(theirs)];
  return { removed: theirs.filter((line) => !ourSet.has(line)), added: ours.filter((line) => !theirSet.has(line)) };
}

function linesIn(xml: string): string[] {
  try {
    return canonicalLines(xml);
  } catch (error) {
    return [`(${(error as Error).message})`];
  }
}
