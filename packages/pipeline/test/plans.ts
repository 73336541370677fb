/** A small observatory for tests: one platform with one MicroCAT, whose facts a test changes. */
import { type Observatory, parseObservatory } from '@emso/core';
import { planObservatory, type SensorPlan } from '../src/plan.ts';

export type Facts = Readonly<Record<string, unknown>>;

export const SETTINGS = { outputFormat: 1, fields: ['TEMP', 'CNDC', 'PRES'], conductivityUnit: 'S/m' };

/** A deployment since 2019 that takes reception as time. */
export function deployment(facts: Facts = {}): Facts {
  return {
    from: '2019-01-01T00:00:00Z',
    serial: '5012',
    depthM: 2471,
    timePolicy: 'received',
    settings: SETTINGS,
    ...facts,
  };
}

export const WITH_SALINITY = { ...SETTINGS, fields: ['TEMP', 'CNDC', 'PRES', 'PSAL'] };

export function sensorFacts(facts: Facts = {}): Facts {
  return {
    id: 'microcat',
    model: 'sbe37-microcat',
    prefix: 'MICROCAT',
    folder: 'Emso_Microcat',
    dataset: 'Microcat',
    cadenceMs: 120_000,
    csvColumns: { Temperature: 'TEMP', Conductivity: 'CNDC' },
    deployments: [deployment()],
    qc: [
      { validFrom: '2019-01-01T00:00:00Z', TEMP: { grossRange: { fail: [12.5, 14] } } },
      // Other thresholds from noon of the day that most tests use.
      { validFrom: '2020-03-01T12:00:00Z', TEMP: { grossRange: { fail: [13, 14], suspect: [13.1, 13.4] } } },
    ],
    ...facts,
  };
}

/** A site file: JSON is YAML. */
export function siteText(sensors: readonly Facts[], platform: Facts = {}, observatory: Facts = {}): string {
  const title = { fr: 'Site', en: 'Site' };
  return JSON.stringify({
    observatory: {
      id: 'emso-test',
      uuidNamespace: '606fece1-7684-4134-8cc0-cb8c58388fb7',
      title,
      summary: title,
      regionalFacility: 'Ligurian Sea',
      site: 'LO',
      institution: { name: 'MIO', edmo: 3078, ror: 'unknown' },
      rightsHolders: ['CNRS'],
      funding: ['CNRS'],
      license: 'CC-BY-4.0',
      access: 'public',
      contacts: [{ name: 'A Person', role: 'principalInvestigator', email: 'unknown' }],
      ...observatory,
    },
    platforms: [
      {
        id: 'mii',
        title,
        oso: 'MII',
        type: 'SDN:L06::11',
        position: { latitude: 42.8, longitude: 6.03, depthM: 2471 },
        graceMs: 1000,
        ...platform,
        sensors,
      },
    ],
  });
}

export function site(sensors: readonly Facts[], platform: Facts = {}, observatory: Facts = {}): Observatory {
  return parseObservatory(siteText(sensors, platform, observatory), 'site.yaml');
}

/** The plan of a MicroCAT that differs from the plain one in `facts`. */
export function planOf(facts: Facts = {}, platform: Facts = {}, observatory: Facts = {}): SensorPlan {
  const [plan] = planObservatory(site([sensorFacts(facts)], platform, observatory)).plans;
  return plan;
}

/** Tests that look at the rows around each, other ones from noon of the day that most tests use. */
const WINDOWS = [
  {
    validFrom: '2019-01-01T00:00:00Z',
    TEMP: {
      grossRange: { fail: [12.5, 14] },
      spike: { method: 'differential', suspect: 0.05, fail: 0.4 },
      rateOfChange: { suspectPerHour: 3, failPerHour: 60 },
      flatLine: { tolerance: 0.001, suspectMs: 360_000, failMs: 720_000 },
    },
    CNDC: { attenuatedSignal: { suspect: 0.01, fail: 0.001, windowMs: 1_800_000, minMs: 360_000 } },
  },
  {
    validFrom: '2020-03-01T12:00:00Z',
    TEMP: { spike: { method: 'average', suspect: 0.01, fail: 0.2 } },
    PRES: { multiVariate: { partner: 'TEMP', perHour: 1, partnerPerHour: 5 } },
  },
];

/** Plans of every time policy, with and without a change of deployment at noon of `CHANGE_DAY`. */
export const CHANGE = '2020-03-01T12:00:00Z';
export const PLANS: Readonly<Record<string, SensorPlan>> = {
  received: planOf(),
  'received, redeployed at noon': planOf({
    deployments: [deployment({ to: CHANGE }), deployment({ from: CHANGE, settings: WITH_SALINITY })],
  }),
  instrument: planOf({ deployments: [deployment({ timePolicy: 'instrument' })] }),
  relayed: planOf({ deployments: [deployment({ timePolicy: 'relayed' })] }),
  'received, then instrument': planOf({
    deployments: [
      deployment({ to: CHANGE }),
      deployment({ from: CHANGE, timePolicy: 'instrument', settings: WITH_SALINITY }),
    ],
  }),
  'received, windows': planOf({ qc: WINDOWS }),
  'relayed, windows': planOf({ qc: WINDOWS, deployments: [deployment({ timePolicy: 'relayed' })] }),
  'relayed, then received': planOf({
    deployments: [deployment({ to: CHANGE, timePolicy: 'relayed' }), deployment({ from: CHANGE })],
  }),
};
