/** Distances between positions, in metres. */
const EARTH_RADIUS_M = 6_371_000;
const WGS84_A = 6_378_137;
const WGS84_F = 1 / 298.257223563;
const DEGREE = Math.PI / 180;

export type Distance = (lon1: number, lat1: number, lon2: number, lat2: number) => number;

/** On a sphere of 6371 km. */
export const haversineM: Distance = (lon1, lat1, lon2, lat2) => {
  const half = Math.sin(((lat2 - lat1) * DEGREE) / 2);
  const across = Math.sin(((lon2 - lon1) * DEGREE) / 2);
  const h = half * half + Math.cos(lat1 * DEGREE) * Math.cos(lat2 * DEGREE) * across * across;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)));
};

/** On the WGS 84 ellipsoid, after Vincenty; where that does not converge (nearly opposite points) on the sphere. */
export const geodesicM: Distance = (lon1, lat1, lon2, lat2) => {
  const b = WGS84_A * (1 - WGS84_F);
  const u1 = Math.atan((1 - WGS84_F) * Math.tan(lat1 * DEGREE));
  const u2 = Math.atan((1 - WGS84_F) * Math.tan(lat2 * DEGREE));
  const [s1, c1, s2, c2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  const difference = (lon2 - lon1) * DEGREE;
  let lambda = difference;
  for (let i = 0; i < 50; i++) {
    const [sinLambda, cosLambda] = [Math.sin(lambda), Math.cos(lambda)];
    const [x, y] = [c2 * sinLambda, c1 * s2 - s1 * c2 * cosLambda];
    const sinSigma = Math.sqrt(x * x + y * y);
    if (sinSigma === 0) return 0;
    const cosSigma = s1 * s2 + c1 * c2 * cosLambda;
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (c1 * c2 * sinLambda) / sinSigma;
    const cos2Alpha = 1 - sinAlpha * sinAlpha;
    const cos2Middle = cos2Alpha === 0 ? 0 : cosSigma - (2 * s1 * s2) / cos2Alpha;
    const spread = 2 * cos2Middle * cos2Middle - 1;
    const c = (WGS84_F / 16) * cos2Alpha * (4 + WGS84_F * (4 - 3 * cos2Alpha));
    const last = lambda;
    lambda = difference + (1 - c) * WGS84_F * sinAlpha * (sigma + c * sinSigma * (cos2Middle + c * cosSigma * spread));
    if (Math.abs(lambda - last) > 1e-12) continue;
    const u = (cos2Alpha * (WGS84_A * WGS84_A - b * b)) / (b * b);
    const big = 1 + (u / 16384) * (4096 + u * (-768 + u * (320 - 175 * u)));
    const small = (u / 1024) * (256 + u * (-128 + u * (74 - 47 * u)));
    const steep = (small / 6) * cos2Middle * (4 * sinSigma * sinSigma - 3) * (4 * cos2Middle * cos2Middle - 3);
    return b * big * (sigma - small * sinSigma * (cos2Middle + (small / 4) * (cosSigma * spread - steep)));
  }
  return haversineM(lon1, lat1, lon2, lat2);
};
