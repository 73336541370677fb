/**
 * Seawater, oxygen, optics and currents as plain functions on numbers. Names and argument orders are those of GSW and of the EOS-80
 * literature. A missing argument (NaN) or an impossible one gives NaN, never an infinity; nothing throws, nothing is kept between calls.
 */
export * from './cstar.ts';
export * from './currents.ts';
export * from './depth.ts';
export * from './eos80.ts';
export * from './optode.ts';
export * from './oxygen/of-seawater.ts';
export * from './oxygen/solubility.ts';
export * from './oxygen/units.ts';
export * from './pss78.ts';
export * from './saar.ts';
export * from './saar-site.ts';
export * from './scales.ts';
export * from './sound-speed.ts';
export * from './teos10/density.ts';
export * from './teos10/height.ts';
export * from './teos10/salinity.ts';
export * from './teos10/temperature.ts';
