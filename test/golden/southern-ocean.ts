/**
 * A second anomaly table, for the one published check value that lies in another ocean: the cell of the TEOS-10 atlas around
 * 87.64 E, 52.82 S, evaluated with GSW 3.6.16 at four places in it and three pressures. Also the example of supplying a table.
 */
import { insideTable, type SaarTable, SITE_SAAR } from '@emso/seawater';

const SOUTHERN_OCEAN: SaarTable = {
  box: { west: 85, east: 89, south: -54, north: -50 },
  lon: [86, 88],
  lat: [-53.5, -51],
  p: [0, 10, 20],
  ratio: [
    4.928131031902322e-5, 4.960768391043383e-5, 3.4427994832350234e-5, 3.3575402227374586e-5, 4.5802390383870236e-5,
    4.5158430969147797e-5, 3.0970744272514045e-5, 2.940520629126433e-5, 4.059843421541767e-5, 3.9271567865338334e-5,
    2.610736741345847e-5, 2.3924760634106905e-5,
  ],
};

/** The table that knows a place; where none does, the observatory's, which answers 0 there. */
export function tableAt(lon: number, lat: number): SaarTable {
  return insideTable(SOUTHERN_OCEAN, 0, lon, lat) ? SOUTHERN_OCEAN : SITE_SAAR;
}
