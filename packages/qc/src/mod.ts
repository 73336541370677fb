export { QC_VERSION, qualify, verdictsOf } from './qualify.ts';
export { aggregate, rollUp } from './rollup.ts';
export { grossRangeTest, missingTest, type Span } from './tests.ts';
