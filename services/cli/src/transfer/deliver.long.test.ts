/** `emso deliver`: every kind of target, its receipts, what is sent again and what is not, and a target that is away. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startSsh, withoutSsh } from '../../../../test/support/ssh-server.ts';
import { filesBelow } from '../../../../test/support/trees.ts';
import { temporaryDirectory } from '../../../../test/support/waiting.ts';
import { deliveryFacts } from '../chain/delivery-facts.ts';
import { type SealedRoot, sealedRoot } from '../fixtures/sealed-root.ts';
import type { AttemptNote, Receipt } from './delivery-files.ts';

const facts = (deliveries: readonly unknown[]): string => `\ndeliveries: ${JSON.stringify(deliveries)}\n`;

const linesOf = (at: SealedRoot, target: string): (Receipt | AttemptNote)[] =>
  readFileSync(join(at.data, 'deliveries', `${target}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Receipt | AttemptNote);

const receiptsOf = (at: SealedRoot, target: string): Receipt[] =>
  linesOf(at, target).flatMap((line) => ('attempt' in line ? [] : [line]));

/** The files of a target are those of the data root, byte for byte, and nothing else. */
function assertDelivered(at: SealedRoot, root: string, count: number): void {
  const files = filesBelow(root);
  assert.equal(files.length, count, files.join(' '));
  for (const file of files) assert.ok(readFileSync(join(root, file)).equals(readFileSync(join(at.data, file))), file);
}

test('directory: sealed files once, with receipts; a changed one again; a dry run and a killed outbox change nothing', async () => {
  const to = temporaryDirectory('target');
  const at = sealedRoot(2, facts([{ id: 'drop', kind: 'directory', path: to, files: ['csv', 'netcdf'] }]));
  const dry = at.emso('deliver', '--data', at.data, '--dry-run');
  assert.deepEqual([dry.code, filesBelow(to)], [0, []], dry.err);
  assert.equal(dry.out.split('\n').filter((line) => line.startsWith('drop: ')).length, 4);
  mkdirSync(join(at.data, 'deliveries', '.outbox-killed'), { recursive: true });
  const first = at.emso('deliver', 'drop', '--data', at.data);
  assert.equal(first.code, 0, first.err);
  assertDelivered(at, to, 4);
  assert.deepEqual(filesBelow(join(at.data, 'deliveries')).sort(), ['.lock', 'drop.jsonl']);
  const receipts = receiptsOf(at, 'drop');
  assert.deepEqual(
    receipts.map(({ version, to: where, sha256 }) => [version, where, sha256.length]),
    Array.from({ length: 4 }, () => [1, to, 64]),
  );
  assert.match(at.emso('deliver', '--data', at.data).out, /drop +4 +0 +0/);
  assert.equal(receiptsOf(at, 'drop').length, 4);
  // Another title is another build: other bytes, sent once more.
  writeFileSync(at.site, readFileSync(at.site, 'utf8').replace('fr: "EMSO Ligure Ouest"', 'fr: "Autre"'));
  at.emso('reprocess', '--raw', join(at.data, 'raw'), '--out', at.data, '--workers', '1');
  assert.equal(at.emso('deliver', '--data', at.data).code, 0);
  assertDelivered(at, to, 4);
  assert.ok(receiptsOf(at, 'drop').length > 4);
  assert.equal(at.emso('deliver', 'dropp', '--data', at.data).code, 2);
});

test('what an entry asks for: sensors, days since, manifests, validated files', () => {
  const [some, none] = ['some', 'none'].map(temporaryDirectory);
  const at = sealedRoot(
    3,
    facts([
      {
        id: 'some',
        kind: 'rsync',
        path: some,
        files: ['manifest', 'released'],
        sensors: ['cstar'],
        since: '2026-03-02',
      },
      { id: 'none', kind: 'directory', path: none, files: ['csv'], datasets: ['Emso_Ligure_Ouest_MII_Oxygen'] },
    ]),
  );
  at.emso('release', 'cstar', at.day(2), at.day(3), '--data', at.data, '--by', 'A', '--why', 'looked at');
  const { code, err } = at.emso('deliver', '--data', at.data);
  assert.equal(code, 0, err);
  assertDelivered(at, some, 4);
  assertDelivered(at, none, 0);
});

test('a target that is away: told, kept waiting, delivered when it is back', async () => {
  const dir = temporaryDirectory('target');
  const to = join(dir, 'mount');
  writeFileSync(to, 'not a directory');
  const at = sealedRoot(1, facts([{ id: 'drop', kind: 'directory', path: to, files: ['csv'] }]));
  const away = at.emso('deliver', '--data', at.data);
  assert.equal(away.code, 3);
  assert.match(away.out, /drop: E[A-Z]+/);
  const [note] = linesOf(at, 'drop') as AttemptNote[];
  assert.deepEqual([note.attempt.sent, note.attempt.waiting, typeof note.attempt.error], [0, 1, 'string']);
  const table = [{ platform: 'mii', sensor: 'cstar', folder: 'f', prefix: 'p', cadenceMs: 1, site: at.site }];
  const [before] = await deliveryFacts(at.data, table, []);
  assert.deepEqual([before.target, before.delivered, before.waiting], ['drop', 0, 1]);
  renameSync(to, join(dir, 'gone'));
  assert.equal(at.emso('deliver', '--data', at.data).code, 0);
  assertDelivered(at, to, 1);
  const [after] = await deliveryFacts(at.data, table, []);
  assert.deepEqual([after.delivered, after.waiting, after.lastError], [1, 0, null]);
});

test('sftp and rsync over ssh: delivered, compared, sent again under the same name', {
  skip: withoutSsh() ?? false,
}, async (t) => {
  const ssh = await startSsh();
  t.after(() => ssh.stop());
  const { host, port, user, identityFile, knownHostsFile } = ssh;
  const [sftp, rsync] = ['sftp', 'rsync'].map(temporaryDirectory);
  const far = { host, port, user, identityFile, knownHostsFile, files: ['csv', 'netcdf'] };
  const at = sealedRoot(
    2,
    facts([
      { id: 'coriolis', kind: 'sftp', path: join(sftp, 'in coming'.replace(' ', '-')), ...far },
      { id: 'emso-france', kind: 'rsync', path: rsync, ...far },
    ]),
  );
  const first = at.emso('deliver', '--data', at.data);
  assert.equal(first.code, 0, first.out + first.err);
  assertDelivered(at, join(sftp, 'in-coming'), 4);
  assertDelivered(at, rsync, 4);
  // Receipts that were lost: the same files under the same names once more.
  rmSync(join(at.data, 'deliveries'), { recursive: true });
  const again = at.emso('deliver', '--data', at.data);
  assert.equal(again.code, 0, again.out + again.err);
  assertDelivered(at, join(sftp, 'in-coming'), 4);
  await ssh.stop();
  rmSync(join(at.data, 'deliveries'), { recursive: true });
  const away = at.emso('deliver', 'coriolis', '--data', at.data);
  assert.equal(away.code, 3);
  assert.match(away.out, /coriolis: sftp:.*expected sftp to take files, found exit code 255/);
});
