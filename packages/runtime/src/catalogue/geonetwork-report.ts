/** What a GeoNetwork says it did with a record. 201 alone is no success: errors stand inside. */
import { z } from 'zod';
import type { Answer } from './connection.ts';

const report = z.object({ message: z.string().nullish(), uuid: z.string().nullish() });
const reportsById = z
  .record(z.string(), z.array(report))
  .nullish()
  .transform((reports) => Object.values(reports ?? {}).flat());

const insertionReport = z.object({
  errors: z
    .array(report)
    .nullish()
    .transform((errors) => errors ?? []),
  metadataErrors: reportsById,
  metadataInfos: reportsById,
});

/** Why the answer to an insertion is no success, in the server's words; undefined when it is one. */
export function insertionFault({ status, json, text }: Answer, uuid: string): string | undefined {
  const parsed = insertionReport.safeParse(json);
  if (status !== 201 || !parsed.success) {
    return `record ${uuid}: expected 201 and a report of the insertion, found ${status} and '${text.slice(0, 200)}'`;
  }
  const { errors, metadataErrors, metadataInfos } = parsed.data;
  const wrong = [...errors, ...metadataErrors];
  if (wrong.length > 0) {
    const words = wrong.map(({ message }) => message ?? 'no word').join('; ');
    return `record ${uuid}: the server answered ${status} with errors inside: ${words.slice(0, 600)}`;
  }
  const [info, ...more] = metadataInfos;
  if (info === undefined || more.length > 0) {
    return `record ${uuid}: expected one record in the report of the insertion, found ${metadataInfos.length}`;
  }
  if (info.uuid !== uuid)
    return `record ${uuid}: expected it to be stored under its uuid, found ${info.uuid ?? 'none'}`;
  return undefined;
}
