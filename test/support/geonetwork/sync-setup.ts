/** The sync against the fake server, in this process, with a memory on disk. */
import type { TestContext } from 'node:test';
import type { CatalogueConfig } from '@emso/core';
import { type CatalogueRecord, canonicalHash } from '@emso/products';
import {
  type CatalogueFault,
  CatalogueSync,
  farEndOf,
  type RecordState,
  type RoundOptions,
  type RoundReport,
  SyncMemory,
} from '@emso/runtime/catalogue';
import { temporaryDirectory } from '../waiting.ts';
import { ACCOUNT, type FakeGeoNetwork, startGeoNetwork } from './fake-geonetwork.ts';
import type { ProfileName } from './profiles.ts';
import { DATASET_UUID, MODULE_UUID, records, SITE_UUID } from './records.ts';
import type { Account } from './store.ts';

export interface SyncSetup {
  readonly fake: FakeGeoNetwork;
  readonly memoryDir: string;
  /** One round of a new process: the memory is read from disk. */
  round(list?: readonly CatalogueRecord[], options?: Partial<RoundOptions> & Overrides): Promise<RoundReport>;
  /** States of site, module and dataset, as the memory on disk has them. */
  states(): Promise<(RecordState | undefined)[]>;
  memory(): Promise<SyncMemory>;
  /** `created site` … of the changes since the last call. */
  writes(): string[];
  /** What the sync said about faults. */
  readonly faults: CatalogueFault[];
}

export interface Overrides {
  readonly config?: Partial<Extract<CatalogueConfig, { driver: 'geonetwork' }>>;
  readonly driver?: CatalogueConfig;
  readonly credentials?: { readonly user: string; readonly password: string } | undefined;
  readonly deleteWithdrawn?: boolean;
  readonly signal?: AbortSignal;
}

const NAMES: Readonly<Record<string, string>> = {
  [SITE_UUID]: 'site',
  [MODULE_UUID]: 'module',
  [DATASET_UUID]: 'dataset',
};

/** Starts a server and gives rounds against it; it ends with the test. */
export async function setUpSync(
  t: TestContext,
  profile: ProfileName,
  account: Partial<Account> = {},
): Promise<SyncSetup> {
  const fake = await startGeoNetwork(profile, account);
  t.after(() => fake.stop());
  const memoryDir = temporaryDirectory('catalogue');
  const faults: CatalogueFault[] = [];
  let told = 0;
  const configOf = (overrides: Overrides): CatalogueConfig =>
    overrides.driver ?? {
      driver: 'geonetwork',
      url: fake.url,
      portal: 'srv',
      group: 3,
      publish: true,
      rejectIfInvalid: false,
      ...overrides.config,
    };
  const open = (overrides: Overrides = {}) => {
    const credentials =
      'credentials' in overrides ? overrides.credentials : { user: ACCOUNT.user, password: ACCOUNT.password };
    const farEnd = farEndOf(configOf(overrides), {
      credentials,
      timeoutMs: 2000,
      ...(overrides.signal === undefined ? {} : { signal: overrides.signal }),
    });
    return { farEnd, memory: SyncMemory.open(memoryDir, farEnd.identity, () => undefined) };
  };
  return {
    fake,
    memoryDir,
    faults,
    async round(list = records(), options = {}) {
      const { farEnd, memory } = open(options);
      const sync = new CatalogueSync({
        farEnd,
        memory,
        hashOf: canonicalHash,
        publish: configOf(options).publish,
        deleteWithdrawn: options.deleteWithdrawn ?? false,
        tries: 3,
        backoff: { firstMs: 1, capMs: 5 },
        ...(options.signal === undefined ? {} : { signal: options.signal }),
        onFault: (fault) => faults.push(fault),
      });
      return sync.round(list, { recheckAll: options.recheckAll ?? true, retryRefused: options.retryRefused ?? false });
    },
    async memory() {
      return open().memory;
    },
    async states() {
      const { memory } = open();
      return [SITE_UUID, MODULE_UUID, DATASET_UUID].map((uuid) => memory.get(uuid)?.state);
    },
    writes() {
      const news = fake.store.writes.slice(told);
      told = fake.store.writes.length;
      return news.map(({ kind, uuid }) => `${kind} ${NAMES[uuid] ?? uuid}`);
    },
  };
}
