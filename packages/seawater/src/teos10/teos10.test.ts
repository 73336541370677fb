/** TEOS-10 against the six bottles of the GSW documentation, computed with GSW 3.6.16, and its inverses over the whole ocean. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { rho, rho_t_exact, sigma0, sound_speed, sound_speed_t_exact, specvol } from './density.ts';
import { grav, p_from_z, z_from_p } from './height.ts';
import { SA_from_SP, SP_from_SA, SR_from_SP } from './salinity.ts';
import { CT_from_pt, CT_from_t, pt_from_CT, pt_from_t, pt0_from_t, t_from_CT } from './temperature.ts';

const SA = [34.7118, 34.8915, 35.0256, 34.8472, 34.7366, 34.7324];
const t = [28.7856, 28.4329, 22.8103, 10.26, 6.8863, 4.4036];
const CT = [28.8099, 28.4392, 22.7862, 10.2262, 6.8272, 4.3236];
const p = [10, 50, 125, 250, 600, 1000];

const BOTTLES: readonly [name: string, found: (i: number) => number, expected: readonly number[], by: number][] = [
  [
    'SR_from_SP',
    (i) => SR_from_SP([34.5487, 34.7275, 34.8605, 34.681, 34.568, 34.56][i]),
    [34.71161192708571, 34.89125504571429, 35.02488219771429, 34.84453577828571, 34.731002934857145, 34.72296521142857],
    1e-13,
  ],
  [
    'CT_from_t',
    (i) => CT_from_t(SA[i], t[i], p[i]),
    [
      28.80991982670028, 28.43922781609114, 22.786176893078498, 10.226189266620782, 6.827213633479988,
      4.3235757486104545,
    ],
    1e-13,
  ],
  [
    't_from_CT',
    (i) => t_from_CT(SA[i], CT[i], p[i]),
    [
      28.785580227725703, 28.432872246163946, 22.810323087627076, 10.260010752788906, 6.886286301029377,
      4.403624452383043,
    ],
    1e-13,
  ],
  [
    'pt0_from_t',
    (i) => pt0_from_t(SA[i], t[i], p[i]),
    [
      28.783196819670632, 28.420983342398962, 22.78493039911711, 10.23052366109573, 6.8292302244096605,
      4.324510571845719,
    ],
    1e-13,
  ],
  [
    'pt_from_t at 1000 dbar',
    (i) => pt_from_t(SA[i], t[i], p[i], 1000),
    [29.026655277556205, 28.66237499954194, 22.99149633789119, 10.353417245252915, 6.927329542265933, 4.4036],
    1e-13,
  ],
  [
    'rho',
    (i) => rho(SA[i], CT[i], p[i]),
    [
      1021.8399357381084, 1022.2624579668668, 1024.4271954133164, 1027.7901527591273, 1029.837779000189,
      1032.002453224572,
    ],
    1e-12,
  ],
  [
    'sigma0',
    (i) => sigma0(SA[i], CT[i]),
    [
      21.797900819337656, 22.052215404397316, 23.892985307893923, 26.66760866597201, 27.10738045511971,
      27.409748977090885,
    ],
    1e-12,
  ],
  [
    'sound_speed',
    (i) => sound_speed(SA[i], CT[i], p[i]),
    [
      1542.478379390332, 1542.5725040987693, 1530.7402579693685, 1494.4300776136406, 1487.3913689836136,
      1483.937417669547,
    ],
    1e-11,
  ],
  [
    'sound_speed_t_exact',
    (i) => sound_speed_t_exact(SA[i], t[i], p[i]),
    [
      1542.6158035874141, 1542.7035340657887, 1530.8449791363596, 1494.4099969206613, 1487.3771025180272,
      1483.9346090787053,
    ],
    1e-11,
  ],
  [
    'rho_t_exact',
    (i) => rho_t_exact(SA[i], t[i], p[i]),
    [
      1021.8401731855311, 1022.2626899267814, 1024.4277159416754, 1027.7902018116226, 1029.8377147259614,
      1032.0024041164472,
    ],
    1e-12,
  ],
  [
    'z_from_p at 4 N',
    (i) => z_from_p(p[i], 4),
    [
      -9.944583446945298, -49.71808970125498, -124.27262194099775, -248.47005765485892, -595.8253480356213,
      -992.0919060719987,
    ],
    1e-9,
  ],
  [
    'p_from_z at 4 N',
    (i) => p_from_z(-p[i], 4),
    [
      10.055726724518149, 50.2835433748744, 125.73185843561036, 251.5402995934681, 604.2100123407267,
      1007.9903376920013,
    ],
    1e-9,
  ],
];

describe('the six bottles of the GSW documentation', () => {
  for (const [name, found, expected, by] of BOTTLES) {
    test(name, () => {
      for (const [i, value] of expected.entries()) {
        assert.ok(Math.abs(found(i) - value) <= by, `bottle ${i + 1}: expected ${value}, found ${found(i)}`);
      }
    });
  }
  test('gravity by latitude', () => {
    const expected = [9.832186205884799, 9.81917885999115, 9.79324925704875, 9.780327];
    for (const [i, lat] of [-90, -60, -30, 0].entries()) assert.ok(Math.abs(grav(lat, 0) - expected[i]) <= 1e-14);
  });
  test('fresh water', () => {
    assert.ok(Math.abs(sigma0(0, 15) - -0.7851878926554718) <= 1e-12);
    assert.ok(Math.abs(CT_from_t(0, 15, 1000) - 15.685859612265356) <= 1e-13);
    assert.ok(Math.abs(sound_speed_t_exact(0, 25, 0) - 1496.7087265989628) <= 1e-11);
  });
});

const anySA = fc.double({ min: 0, max: 120, noNaN: true });
const anyT = fc.double({ min: -6, max: 45, noNaN: true });
const anyP = fc.double({ min: 0, max: 11_000, noNaN: true });
const anyLat = fc.double({ min: -90, max: 90, noNaN: true });

/** Checks a way there and back over many places of the ocean. */
function roundTrip(name: string, by: number, there: (SA: number, t: number, p: number, p2: number) => number): void {
  test(name, () => {
    fc.assert(
      fc.property(anySA, anyT, anyP, anyP, (S, x, p1, p2) => {
        const back = there(S, x, p1, p2);
        assert.ok(Math.abs(back - x) <= by, `SA ${S}, p ${p1} and ${p2}: ${x} came back as ${back}`);
      }),
      { numRuns: 2000 },
    );
  });
}

describe('inverses', () => {
  roundTrip('t → CT → t', 1e-12, (S, x, p1) => t_from_CT(S, CT_from_t(S, x, p1), p1));
  roundTrip('CT → t → CT', 1e-12, (S, x, p1) => CT_from_t(S, t_from_CT(S, x, p1), p1));
  roundTrip('pt → CT → pt', 1e-12, (S, x) => pt_from_CT(S, CT_from_pt(S, x)));
  roundTrip('t → pt → t', 1e-12, (S, x, p1, p2) => pt_from_t(S, pt_from_t(S, x, p1, p2), p2, p1));
  test('p → z → p', () => {
    fc.assert(
      fc.property(anyP, anyLat, (p1, lat) => assert.ok(Math.abs(p_from_z(z_from_p(p1, lat), lat) - p1) <= 1e-9)),
      { numRuns: 2000 },
    );
  });
  test('SP → SA → SP, inside and outside of the table', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 45, noNaN: true }),
        anyP,
        fc.double({ min: 3, max: 9, noNaN: true }),
        (SP, p1, lon) => {
          assert.ok(Math.abs(SP_from_SA(SA_from_SP(SP, p1, lon, 43), p1, lon, 43) - SP) <= 1e-13);
        },
      ),
    );
  });
});

test('volume, density and both equations of state agree in the ocean', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 30, max: 40, noNaN: true }),
      fc.double({ min: 0, max: 28, noNaN: true }),
      fc.double({ min: 0, max: 4000, noNaN: true }),
      (S, x, p1) => {
        const ct = CT_from_t(S, x, p1);
        assert.ok(Math.abs(rho(S, ct, p1) * specvol(S, ct, p1) - 1) < 1e-15);
        assert.ok(Math.abs(rho(S, ct, p1) - rho_t_exact(S, x, p1)) < 0.02);
        assert.ok(Math.abs(sound_speed(S, ct, p1) - sound_speed_t_exact(S, x, p1)) < 0.4);
        assert.ok(Math.abs(sigma0(S, ct) + 1000 - rho(S, ct, 0)) < 1e-12);
      },
    ),
  );
});

test('negative salinity and a latitude beyond the pole give nothing', () => {
  for (const found of [
    rho(-1, 10, 0),
    sigma0(-1, 10),
    sound_speed(-1, 10, 0),
    sound_speed_t_exact(-1, 10, 0),
    CT_from_t(-1, 10, 0),
    t_from_CT(-1, 10, 0),
    SR_from_SP(-1),
    SA_from_SP(-1, 0, 6, 43),
    z_from_p(100, 90.1),
    p_from_z(-100, -91),
    grav(100, 0),
  ]) {
    assert.equal(found, Number.NaN);
  }
});
