/** Records against the four GeoNetworks: what is written, in which order, and what is not. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { recordOfXml } from '@emso/products';
import { PROFILE_NAMES } from '../../../test/support/geonetwork/profiles.ts';
import {
  DATASET_TITLE,
  DATASET_UUID,
  LINK,
  MODULE_UUID,
  records,
  SITE_UUID,
} from '../../../test/support/geonetwork/records.ts';
import { setUpSync } from '../../../test/support/geonetwork/sync-setup.ts';

for (const profile of PROFILE_NAMES) {
  describe(`GeoNetwork ${profile}`, () => {
    // Where replacing loses the privileges, they are set in the same request.
    const isOld = profile === '3.12' || profile === '4.2.1';

    test('the first run creates and publishes in order, the second writes nothing', async (t) => {
      const { fake, round, writes, states } = await setUpSync(t, profile);
      await round();
      const published = (name: string): string[] => [`created ${name}`, ...(isOld ? [] : [`published ${name}`])];
      assert.deepEqual(writes(), [...published('site'), ...published('module'), ...published('dataset')]);
      assert.deepEqual(await states(), ['ok', 'ok', 'ok']);
      for (const uuid of [SITE_UUID, MODULE_UUID, DATASET_UUID]) assert.ok(fake.store.isPublic(uuid));
      assert.equal((await round()).writes, 0);
      assert.deepEqual(writes(), []);
    });

    test('without its memory the sync compares, and writes nothing either', async (t) => {
      const { memoryDir, round, writes, states } = await setUpSync(t, profile);
      await round();
      writes();
      writeFileSync(join(memoryDir, 'catalogue.json'), '{');
      await round();
      assert.deepEqual(writes(), []);
      assert.deepEqual(await states(), ['ok', 'ok', 'ok']);
    });

    test('one changed title is one write, and the record stays public', async (t) => {
      const { fake, round, writes } = await setUpSync(t, profile);
      await round();
      writes();
      const changed = records({ [MODULE_UUID]: { title: 'Un autre titre, œuvré' } });
      await round(changed, { recheckAll: false });
      assert.deepEqual(writes(), ['updated module']);
      assert.ok(fake.store.isPublic(MODULE_UUID));
      await round(changed);
      assert.deepEqual(writes(), []);
    });

    test('what was changed there is put right at the next comparison', async (t) => {
      const { fake, round, writes } = await setUpSync(t, profile);
      await round();
      writes();
      const there = fake.store.records.get(DATASET_UUID)!;
      there.xml = there.xml.replace('OSU Institut', 'Institut');
      await round(records(), { recheckAll: false });
      assert.deepEqual(writes(), []);
      await round();
      assert.deepEqual(writes(), ['updated dataset']);
    });

    test('killed in the middle: the next process goes on, and nothing is written twice', async (t) => {
      const { fake, round, writes, states } = await setUpSync(t, profile);
      const stopping = new AbortController();
      // The module is stored; the process dies before it hears of it.
      fake.store.behaviour.after = ({ method, body }) => {
        if (method !== 'PUT' || !body.includes(`${MODULE_UUID}</gco:CharacterString></gmd:fileIdentifier>`))
          return undefined;
        stopping.abort(new Error('killed'));
        return 'lose';
      };
      await assert.rejects(round(records(), { signal: stopping.signal }), /killed/);
      assert.deepEqual(await states(), ['ok', undefined, undefined]);
      fake.store.behaviour.after = () => undefined;
      await round();
      const created = writes().filter((each) => each.startsWith('created') || each.startsWith('updated'));
      assert.deepEqual(created, ['created site', 'created module', 'created dataset']);
      assert.deepEqual(await states(), ['ok', 'ok', 'ok']);
    });

    test('an answer that is lost on the way is not a second record', async (t) => {
      const { fake, round, writes, states } = await setUpSync(t, profile);
      let lost = 0;
      fake.store.behaviour.after = ({ method }) => (method === 'PUT' && lost++ === 0 ? 'lose' : undefined);
      await round();
      assert.equal(writes().filter((each) => each === 'created site').length, 1);
      assert.deepEqual(await states(), ['ok', 'ok', 'ok']);
    });

    test('é, œ, & in links and < in titles come back as they went', async (t) => {
      const { fake, round } = await setUpSync(t, profile);
      await round();
      const stored = fake.store.records.get(DATASET_UUID)!.xml;
      const back = recordOfXml(stored);
      assert.equal(back.title, DATASET_TITLE);
      assert.ok(stored.includes(LINK.replaceAll('&', '&amp;')));
      assert.ok(stored.includes('Données brutes, contrôlées : œuvre en cours'));
      assert.notEqual(stored, records()[0].xml, 'the server has rewritten it');
      assert.equal(back.contentHash, records()[0].contentHash);
    });

    test('a withdrawn record is unpublished, not deleted; deleted only when told', async (t) => {
      const { fake, round, writes, states } = await setUpSync(t, profile);
      await round();
      writes();
      const withdrawn = records({ [DATASET_UUID]: { withdrawn: true } });
      await round(withdrawn);
      assert.deepEqual(writes(), ['unpublished dataset']);
      assert.ok(fake.store.records.has(DATASET_UUID));
      assert.deepEqual(await states(), ['ok', 'ok', 'withdrawn']);
      await round(withdrawn);
      assert.deepEqual(writes(), []);
      await round(withdrawn, { deleteWithdrawn: true });
      assert.deepEqual(writes(), ['deleted dataset']);
      assert.ok(!fake.store.records.has(DATASET_UUID));
    });
  });
}

test('a group may be named: its number is asked for', async (t) => {
  const { fake, round, writes } = await setUpSync(t, '4.4');
  await round(records(), { config: { group: 'EMSO' } });
  assert.equal(writes().length, 6);
  assert.equal(fake.store.records.get(SITE_UUID)?.groupOwner, 3);
});

test('a record that is no longer rendered is left as it is, and said to be', async (t) => {
  const { fake, round, writes, states } = await setUpSync(t, '4.2.7');
  await round();
  writes();
  await round(records().slice(1));
  assert.deepEqual(writes(), []);
  assert.deepEqual(await states(), ['ok', 'ok', 'orphan']);
  assert.ok(fake.store.isPublic(DATASET_UUID));
  await round();
  assert.deepEqual(await states(), ['ok', 'ok', 'ok']);
});

test('two records of one uuid, or parents in a circle, are named', async (t) => {
  const { round } = await setUpSync(t, '4.4');
  await assert.rejects(round([...records(), records()[0]]), /a uuid of its own .* 'MicroCAT/);
  await assert.rejects(round(records({ [SITE_UUID]: { parentUuid: MODULE_UUID } })), /lead in a circle/);
});

test('the memory is one file, and holds no secret', async (t) => {
  const { memoryDir, round } = await setUpSync(t, '4.4');
  await round();
  const text = readFileSync(join(memoryDir, 'catalogue.json'), 'utf8');
  assert.ok(!text.includes('emso-sync') && !text.includes('pässw'));
});
