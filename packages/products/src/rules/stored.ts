/** What the manifest of a data root says of a file that stands in it. */
import { fault } from './cf.ts';
import type { Rule, StoredFile } from './rule.ts';

export const STORED_RULES: readonly Rule<{ readonly stored?: StoredFile }>[] = [
  {
    id: 'file.manifest',
    severity: 'error',
    source: 'docs/files.md, manifest',
    about: 'the manifest of the day can be read, where the file stands in a data root',
    check({ stored }) {
      const { manifestFault } = stored ?? {};
      return manifestFault === undefined
        ? []
        : [fault('manifest', 'a readable manifest', manifestFault, 'rebuild the day with emso reprocess')];
    },
  },
  {
    id: 'file.checksum',
    severity: 'error',
    source: 'docs/files.md, manifest',
    about: 'size and SHA-256 are those of the manifest of the day, where the file stands in a data root',
    check({ stored }) {
      if (stored?.manifest === undefined) return [];
      const { path, sha256, bytes } = stored.manifest;
      if (sha256 === stored.sha256 && bytes === stored.bytes) return [];
      const [expected, found] =
        bytes === stored.bytes ? [sha256, stored.sha256] : [`${bytes} bytes`, `${stored.bytes} bytes`];
      return [fault(path, expected, found, 'somebody changed the file: rebuild the day with emso reprocess')];
    },
  },
];
