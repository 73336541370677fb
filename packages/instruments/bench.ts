/** Lines per second of every decoder on one core, and rows per second of the daily-file reader. Run: node bench.ts */
import { createBatch, type RawRun } from '@emso/core';
import { framingOf, INSTRUMENTS, importIds, readDatRows, readLines, readRecords } from './src/mod.ts';

const LINES = 200_000;
const ROUNDS = 12;
const CASES: readonly { title: string; model: string; settings: unknown; line: string }[] = [
  {
    title: 'sbe37-microcat, format 1',
    model: 'sbe37-microcat',
    settings: { outputFormat: 1, fields: ['TEMP', 'CNDC', 'PRES', 'PSAL'], conductivityUnit: 'S/m', outputTime: true },
    line: '   13.2974,  3.91051, 2501.987,  38.4794, 01 Aug 2019, 00:00:00\r',
  },
  {
    title: 'sbe37-microcat, format 2 (XML)',
    model: 'sbe37-microcat',
    settings: { outputFormat: 2, conductivityUnit: 'S/m', outputTime: true },
    line: '<?xml version="1.0"?><datapacket><hdr><mfg>Sea-Bird</mfg><model>37SM</model><sn>03712345</sn></hdr><data><t1> 13.2974</t1><c1> 3.91051</c1><p1>2501.987</p1><sal> 38.4794</sal><dt>2019-08-01T00:00:00</dt></data></datapacket>\r',
  },
  {
    title: 'sbe37-microcat, format 0 (counts)',
    model: 'sbe37-microcat',
    settings: { outputFormat: 0, fields: ['TEMP', 'CNDC', 'PRES'] },
    line: '637437, 5374.531, 613892, 1156, 10 Nov 2017, 18:00:01\r',
  },
  {
    title: 'sbe37-microcat, hex upload',
    model: 'sbe37-microcat',
    settings: { outputFormat: 'hex', fields: ['TEMP', 'CNDC', 'PRES'] },
    line: '09B9FD14FE88095E0404842198A5A1\r',
  },
  {
    title: 'sbe37-microcat, inductive hex',
    model: 'sbe37-microcat',
    settings: { outputFormat: 'inductive-hex', pressureRange: 1450 },
    line: '563A00C351E50A28D3531B\r',
  },
  {
    title: 'aanderaa-optode, unlabelled',
    model: 'aanderaa-optode',
    settings: {},
    line: '4831\t379\t354.255\t94.962\t7.658\t32.971\t32.971\t41.373\t8.402\t738.5\t797.6\t448.6\r',
  },
  {
    title: 'aanderaa-optode, labelled',
    model: 'aanderaa-optode',
    settings: {},
    line: 'MEASUREMENT\t4330F\t832\tO2Concentration[uM]\t299.573\tAirSaturation[%]\t111.641\tTemperature[Deg.C]\t22.893\r',
  },
  {
    title: 'wetlabs-cstar',
    model: 'wetlabs-cstar',
    settings: {},
    line: 'CST-2405PR\t11531\t15780\t15783\t-0.087\t544\r',
  },
  {
    title: 'nortek-aquadopp, 27 columns',
    model: 'nortek-aquadopp',
    settings: { layout: 'ascii-27', coordinateSystem: 'ENU' },
    line: '08 01 2026 12 00 00 00000000 00110001    0.123   -0.045    0.006   130   126   125  13.0 1541.2 1541.2 141.7   1.5  -0.9 2500.086 2471.064  13.43     0 14489    0.131   110.10\r',
  },
  {
    title: 'nortek-aquadopp, 27 columns, beam',
    model: 'nortek-aquadopp',
    settings: {
      layout: 'ascii-27',
      coordinateSystem: 'beam',
      transformationMatrix: [2896, 2896, 0, -2896, 2896, 0, -2896, -2896, 5792],
    },
    line: '08 01 2026 12 00 00 00000000 00110001    0.123   -0.045    0.006   130   126   125  13.0 1541.2 1541.2 141.7   1.5  -0.9 2500.086 2471.064  13.43     0 14489    0.131   110.10\r',
  },
  {
    title: 'nortek-aquadopp, profiler text',
    model: 'nortek-aquadopp',
    settings: { layout: 'profiler-text', coordinateSystem: 'beam' },
    line: '1397773685.111\t19.387\ty\t1492.4\t102.0\t-0.6\t-2.3\t18.473\t10.73\t-0.079\t0.109\t-0.099\t102\t104\t101\r',
  },
  {
    title: 'seafloor-pressure, digiquartz',
    model: 'seafloor-pressure',
    settings: { grammar: 'digiquartz', pressureUnit: 'psi', pressureKind: 'absolute' },
    line: '*00013617.5512\r',
  },
  {
    title: 'seafloor-pressure, nano',
    model: 'seafloor-pressure',
    settings: { grammar: 'nano', pressureUnit: 'psi', pressureKind: 'absolute' },
    line: 'NANO,V,2013/08/22 22:48:36.013,13.888533,26.147947328\r',
  },
  {
    title: 'seafloor-pressure, sbe54',
    model: 'seafloor-pressure',
    settings: { grammar: 'sbe54', pressureUnit: 'psi', pressureKind: 'absolute' },
    line: "<Sample Num='5947' Type='Pressure'>\r\n<Time>2012-11-07T12:21:25</Time>\r\n<PressurePSI>13.9669</PressurePSI>\r\n<PTemp>18.9047</PTemp>\r\n</Sample>\r",
  },
  {
    title: 'seafloor-pressure, sbe26plus',
    model: 'seafloor-pressure',
    settings: { grammar: 'sbe26plus', pressureUnit: 'psi', pressureKind: 'absolute' },
    line: 'tide: start time = 05 Jan 2014 00:00:28, p = 208.8057, pt = 14.004, t = 13.8633\r',
  },
  {
    title: 'seafloor-pressure, rbr',
    model: 'seafloor-pressure',
    settings: { grammar: 'rbr', pressureUnit: 'dbar', pressureKind: 'absolute', channels: ['TEMP', 'PRES'] },
    line: '2023/07/22 06:47:48.250,13.2941,2505.6120\r',
  },
  {
    title: 'seafloor-pressure, plain',
    model: 'seafloor-pressure',
    settings: { grammar: 'plain', pressureUnit: 'mbar', pressureKind: 'sea', channels: ['PRES', 'TEMP'] },
    line: '250561.2 13.2941\r',
  },
  {
    title: 'delimited-text, SBE 16plus',
    model: 'delimited-text',
    settings: {
      separator: ',',
      prefix: '#',
      columns: [
        { code: 'TEMP' },
        { code: 'CNDC' },
        { code: 'PRES', unit: 'psi' },
        null,
        { code: 'PSAL' },
        { time: 'dd MMM yyyy HH:mm:ss' },
      ],
    },
    line: '# 13.2974,  4.59963, 3634.093, 0.0319,  38.4794, 01 Aug 2019 00:00:00\r',
  },
  {
    title: 'delimited-text, decimal commas',
    model: 'delimited-text',
    settings: {
      separator: ';',
      decimal: ',',
      missing: [-999.9, '---'],
      columns: [
        { label: 'Instrument_Serial' },
        { time: 'dd.MM.yyyy' },
        { time: 'HH:mm:ss' },
        { code: 'TEMP' },
        { code: 'BATTERY' },
        null,
      ],
    },
    line: 'TS-0412;02.05.2024;12:00:00;13,2941;12,6;\r',
  },
  {
    title: 'delimited-text, NMEA, 20 columns',
    model: 'delimited-text',
    settings: {
      separator: ',',
      prefix: '$WIMDA',
      checksum: 'nmea',
      columns: [...Array(6).fill(null), { code: 'TEMP' }, ...Array(13).fill(null)],
    },
    line: '$WIMDA,29.7544,I,1.0076,B,35.5,C,18.2,C,42.1,,20.6,C,116.4,T,107.7,M,1.2,N,0.6,M*30\r',
  },
];

/** Streams of structures: one of them, as hex. */
const STREAMS: readonly { title: string; model: string; settings: unknown; hex: string }[] = [
  { title: 'nortek-aquadopp, binary', settings: { coordinateSystem: 'ENU', velocityScale: 0.001 } },
  {
    title: 'nortek-aquadopp, binary, beam',
    settings: {
      coordinateSystem: 'beam',
      velocityScale: 0.0001,
      transformationMatrix: [2896, 2896, 0, -2896, 2896, 0, -2896, -2896, 5792],
    },
  },
].map(({ title, settings }) => ({
  title,
  model: 'nortek-aquadopp',
  settings: { layout: 'binary', ...settings },
  hex: 'a50115001516130014080000000075008c3bac07f4ffeeff0011f5003e081b00e5ffe9ff8e8771002cbb',
}));

function best(work: () => void): number {
  let fastestMs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const from = performance.now();
    work();
    fastestMs = Math.min(fastestMs, performance.now() - from);
  }
  return fastestMs;
}

function report(title: string, lines: number, ms: number, bytes = 0): void {
  const megabytes = bytes > 0 ? ` ${(bytes / ms / 1000).toFixed(0).padStart(6)} MB/s` : '';
  console.log(`${title.padEnd(40)} ${(lines / ms / 1000).toFixed(2).padStart(8)} M/s${megabytes}`);
}

for (const { title, model: id, settings, line } of CASES) {
  const model = INSTRUMENTS.get(id)!;
  const checked = model.settings.parse(settings);
  const framing = framingOf(model, checked);
  const stream = new TextEncoder().encode(`${line}\n`.repeat(LINES));
  const run: RawRun = 'scan' in framing ? readRecords(stream, framing) : readLines(stream);
  const codes = [...model.parameters(checked), ...(model.calibration?.counts(checked) ?? [])];
  const batch = createBatch(codes, model.labels, LINES);
  const decode = model.decoder(checked);
  const ms = best(() => {
    batch.count = 0;
    for (let i = 0; i < run.count; i++) decode(run.bytes, run.start[i], run.end[i], batch);
    if (batch.count !== LINES) throw new Error(`${title}: expected ${LINES} rows, found ${batch.count}`);
  });
  report(title, LINES, ms, stream.length);
}

for (const { title, model: id, settings, hex } of STREAMS) {
  const model = INSTRUMENTS.get(id)!;
  const checked = model.settings.parse(settings);
  const framing = framingOf(model, checked);
  if (!('scan' in framing)) throw new Error(`${title}: expected a stream of structures, found lines`);
  const stream = Uint8Array.from(Buffer.from(hex.repeat(LINES), 'hex'));
  const batch = createBatch(model.parameters(checked), model.labels, LINES);
  const decode = model.decoder(checked);
  const decodeAll = (run: RawRun): void => {
    batch.count = 0;
    for (let i = 0; i < run.count; i++) decode(run.bytes, run.start[i], run.end[i], batch);
    if (batch.count !== LINES) throw new Error(`${title}: expected ${LINES} rows, found ${batch.count}`);
  };
  const run = readRecords(stream, framing);
  const both = best(() => decodeAll(readRecords(stream, framing)));
  report(
    `${title}: scanned`,
    LINES,
    best(() => readRecords(stream, framing)),
    stream.length,
  );
  report(
    `${title}: decoded`,
    LINES,
    best(() => decodeAll(run)),
    stream.length,
  );
  report(`${title}: scanned and decoded`, LINES, both, stream.length);
}

const dat = new TextEncoder().encode(
  '20190801 00:00:0513.2974,  3.91051, 2501.987,  38.4794, 01 Aug 2019, 00:00:00\n'.repeat(LINES),
);
report(
  'readDatRows',
  LINES,
  best(() => readDatRows(dat)),
);
const { run } = readDatRows(dat);
const few = { ...run, count: 20_000 };
report(
  'importIds',
  few.count,
  best(() => importIds(few)),
);
