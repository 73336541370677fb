/** What tests and other commands use of the command line: the far end of the chain. */
export type { BoxProgress } from './simulate/box.ts';
export {
  FAULT_KINDS,
  type Fault,
  type FaultKind,
  type FaultPlan,
  parseFaults,
  randomFaults,
} from './simulate/faults.ts';
export { SIMULATED_MODELS } from './simulate/generate.ts';
export { type Simulator, type SimulatorOptions, startSimulator } from './simulate/simulator.ts';
export type { SimulatedSensor } from './simulate/source.ts';
export type { WitnessEntry } from './simulate/witness.ts';
