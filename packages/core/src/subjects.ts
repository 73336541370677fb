/** The only place where a subject is built or parsed. `docs/subjects.md` is generated from this table. */

export interface SubjectRow {
  readonly pattern: string;
  readonly stream: string;
  readonly carries: string;
  readonly from: string;
  readonly to: string;
}

export const SUBJECTS: readonly SubjectRow[] = [
  {
    pattern: 'raw.<platform>.<sensor>',
    stream: 'RAW',
    carries: 'one or more consecutive raw records of one session, binary',
    from: 'acquirer',
    to: 'decoder, writer',
  },
  {
    pattern: 'obs.<platform>.<sensor>',
    stream: 'OBS',
    carries: 'observations decoded from a range of raw records, JSON',
    from: 'decoder',
    to: 'qc',
  },
  {
    pattern: 'qc.<platform>.<sensor>',
    stream: 'QC',
    carries: 'the same observations with a verdict per parameter, JSON',
    from: 'qc',
    to: 'writer, live readers',
  },
  {
    pattern: 'rej.<stage>.<platform>.<sensor>',
    stream: 'REJ',
    carries: 'raw records that could not become observations, with the reason, JSON',
    from: 'decoder',
    to: 'people',
  },
  {
    pattern: 'product.<platform>.<sensor>.<kind>',
    stream: 'PRODUCT',
    carries: 'a daily file was sealed, JSON',
    from: 'writer',
    to: 'catalogue',
  },
  {
    pattern: 'event.<platform>.<sensor>.<what>',
    stream: 'EVENT',
    carries: 'something an operator wants to know: conflict, divergence, JSON',
    from: 'writer',
    to: 'people, alerts',
  },
];

const TOKEN = /^[a-z0-9-]+$/;

/** True for a subject token: platform and sensor ids must be one. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

function subject(...tokens: string[]): string {
  for (const token of tokens) {
    if (!TOKEN.test(token)) throw new Error(`subject token: expected [a-z0-9-]+, found '${token}'`);
  }
  return tokens.join('.');
}

export const rawSubject = (platform: string, sensor: string): string => subject('raw', platform, sensor);
export const obsSubject = (platform: string, sensor: string): string => subject('obs', platform, sensor);
export const qcSubject = (platform: string, sensor: string): string => subject('qc', platform, sensor);
export const rejSubject = (stage: string, platform: string, sensor: string): string =>
  subject('rej', stage, platform, sensor);
export const productSubject = (platform: string, sensor: string, kind: string): string =>
  subject('product', platform, sensor, kind);
export const eventSubject = (platform: string, sensor: string, what: string): string =>
  subject('event', platform, sensor, what);

/** Platform and sensor of a `raw.`, `obs.` or `qc.` subject. Throws on any other. */
export function sensorOfSubject(text: string): { platform: string; sensor: string } {
  const [kind, platform, sensor, ...rest] = text.split('.');
  if (!['raw', 'obs', 'qc'].includes(kind) || platform === undefined || sensor === undefined || rest.length > 0) {
    throw new Error(`subject: expected raw|obs|qc.<platform>.<sensor>, found '${text}'`);
  }
  return { platform, sensor };
}
