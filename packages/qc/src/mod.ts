export { DIAGNOSTICS } from './diagnostics.ts';
export {
  type Columns,
  type Flow,
  type PreparedTest,
  pointwise,
  type Reach,
  reachAt,
  UNLIMITED,
} from './flow.ts';
export { judgeRows, runFlow } from './judge-rows.ts';
export { type OnAnswers, QC_VERSION, qualify, verdictsOf } from './qualify.ts';
export { prepareTests, type QcEntry, type QcFault, qcFaults, REGISTRY, reachOf, testKind } from './registry.ts';
export { aggregate, digitUnder, finalDigit, rollUp } from './rollup.ts';
export {
  type Asked,
  dependsOn,
  entryAt,
  type Origin,
  type SensorTests,
  sensorTests,
  type TestsInForce,
} from './sensor-tests.ts';
export { type Answers, type Revision, type SavedRow, type SeriesState, SeriesStream } from './series-stream.ts';
export type { TestKind } from './test-kind.ts';
export { optodeSaturationPercent, tiltDegrees } from './tests/agreement.ts';
export { type AttenuatedSignal, attenuatedSeries, attenuatedSignalFlow } from './tests/attenuated-signal.ts';
export { PERIODS, type Period } from './tests/calendar.ts';
export { type ClimatologyMember, climatologyFlow } from './tests/climatology.ts';
export { densityInversionFlow } from './tests/density-inversion.ts';
export { countOf, flatLineFlow } from './tests/flat-line.ts';
export { type Distance, geodesicM, haversineM } from './tests/geodesic.ts';
export { grossRangeTest, missingTest, type Span } from './tests/gross-range.ts';
export { boxCorners, type Corner, locationBoundsAnswer, locationFlow, speedFlow } from './tests/location.ts';
export { percentileRange } from './tests/percentile-range.ts';
export { meanDirection, pressureIncreasingFlow } from './tests/pressure-increasing.ts';
export { rateOfChangeFlow, stepFlow } from './tests/rate-of-change.ts';
export { SPIKE_METHODS, spikeFlow } from './tests/spike.ts';
export { type LineMeasure, syntaxAnswer } from './tests/syntax.ts';
export {
  dataReceptionAnswer,
  duplicateTimestamps,
  impossibleDateAnswer,
  timeGapSeries,
} from './tests/timestamps.ts';
export { validRangeAnswer } from './tests/valid-range.ts';
