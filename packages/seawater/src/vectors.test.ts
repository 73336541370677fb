/** The check values of the instruments' samples, where they stand beside the checkout; they are not part of it. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as sw from './mod.ts';

const FILE = new URL('../../../../shared/instruments/samples/vectors.json', import.meta.url);

/** The entries about seawater and oxygen; the others belong to instruments. */
interface Vectors {
  readonly pss78: readonly { R: number; T68: number; P: number; S: number }[];
  readonly eos80: {
    readonly theta_T68: { S: number; T68: number; P: number; Pr: number; theta: number };
    readonly rho: readonly { S: number; T68: number; P: number; rho: number }[];
    readonly sound: { S: number; T68: number; P: number; value: number };
    readonly depth: { P: number; lat: number; value: number };
  };
  readonly o2_solubility: Readonly<Record<string, number>>;
  readonly optode_svu: { csv: readonly number[]; cases: readonly { calphase: number; T: number; uM: number }[] };
  readonly optode_airsaturation_check: {
    rows: readonly { o2: number; T: number; airsat: number; recomputed: number; recomputed_benson_krause: number }[];
  };
  readonly site_like_example: Readonly<Record<string, number>>;
  readonly site_mii_example: Readonly<Record<string, number>>;
  readonly optode_compensation_example: Readonly<Record<string, number>>;
  readonly optode_compensation_mii_example: Readonly<Record<string, number>>;
}

const skip = !existsSync(FILE) && '../shared/instruments/samples is not here: nothing compared';

test('vectors.json', { skip }, (t) => {
  const all = JSON.parse(readFileSync(FILE, 'utf8')) as Vectors;
  let compared = 0;
  /** Agrees to half of the last digit printed, and the same again for what was rounded on the way. */
  const near = (what: string, found: number, expected: number): void => {
    const digits = String(expected).split('.')[1]?.length ?? 0;
    const by = Number(`1e-${digits}`);
    assert.ok(Math.abs(found - expected) <= by, `${what}: expected ${expected}, found ${found}`);
    compared++;
  };

  for (const { R, T68, P, S } of all.pss78) near('pss78', sw.eos80_salt(R, sw.t90_from_t68(T68), P), S);
  const { theta_T68: theta, rho, sound, depth } = all.eos80;
  const t90 = sw.eos80_ptmp(theta.S, sw.t90_from_t68(theta.T68), theta.P, theta.Pr);
  near('theta', sw.t68_from_t90(t90), theta.theta);
  for (const each of rho) near('rho', sw.eos80_dens(each.S, sw.t90_from_t68(each.T68), each.P), each.rho);
  near('sound', sw.eos80_svel(sound.S, sw.t90_from_t68(sound.T68), sound.P), sound.value);
  near('depth', sw.eos80_depth(depth.P, depth.lat), depth.value);

  const { S, T, ml_per_l_benson_krause, ml_per_l_combined, umol_per_kg_combined, umol_per_kg_benson_krause } =
    all.o2_solubility;
  near('bk ml/l', sw.gg92_bk_mll(S, T), ml_per_l_benson_krause);
  near('cf ml/l', sw.gg92_cf_mll(S, T), ml_per_l_combined);
  near('bk umol/kg', sw.gg92_bk_umolkg(S, T), umol_per_kg_benson_krause);
  near('cf umol/kg', sw.gg92_cf_umolkg(S, T), umol_per_kg_combined);

  const { csv, cases } = all.optode_svu;
  for (const each of cases) near('svu', sw.optode_svu(each.calphase, each.T, csv), each.uM);
  for (const row of all.optode_airsaturation_check.rows) {
    near('air saturation', sw.optode_air_saturation(row.o2, row.T), row.recomputed);
    assert.ok(Math.abs(sw.optode_air_saturation(row.o2, row.T) - row.airsat) <= 0.01);
    const other = (100 * row.o2) / sw.mll_to_umolL(sw.gg92_bk_mll(0, row.T));
    near('air saturation, the other fit', other, row.recomputed_benson_krause);
  }

  for (const site of [all.site_like_example, all.site_mii_example]) {
    const { temperature_its90: temperature, pressure_dbar: p, latitude } = site;
    const SP = sw.SP_from_C(site['conductivity_Spm'] * 10, temperature, p);
    const pt = sw.eos80_ptmp(SP, temperature, p);
    near('salinity', SP, site['salinity']);
    near('theta', pt, site['potential_temperature']);
    near('sigma-theta', sw.eos80_sigma_theta(SP, temperature, p), site['sigma_theta']);
    near('depth', sw.eos80_depth(p, latitude), site['depth_m']);
    near('sound speed', sw.eos80_svel(SP, temperature, p), site['sound_speed']);
    near('solubility at theta', sw.gg92_bk_mll(SP, pt), site['o2sol_mlL']);
    near('solubility in situ', sw.gg92_bk_mll(SP, temperature), site['o2sol_mlL_at_insitu_T']);
    if (site['o2sol_umolkg_combined'] !== undefined) {
      near('solubility per kg', sw.gg92_cf_umolkg(SP, pt), site['o2sol_umolkg_combined']);
    }
  }

  for (const example of [all.optode_compensation_example, all.optode_compensation_mii_example]) {
    const { o2_uM_raw: raw, T: water, S: salinity, P: p } = example;
    near('salinity factor', sw.optode_salinity_comp(1, salinity, water, 0), example['salinity_factor']);
    near('pressure factor', sw.optode_pressure_comp(1, p), example['pressure_factor']);
    const O2 = sw.optode_pressure_comp(sw.optode_salinity_comp(raw, salinity, water, 0), p);
    near('µmol/l', O2, example['o2_uM']);
    near('ml/l', sw.umolL_to_mll(O2), example['o2_mlL']);
    const perKg = sw.umolL_to_umolkg_at(O2, 1000 + sw.eos80_sigma_theta(salinity, water, p));
    near('µmol/kg', perKg, example['o2_umolkg']);
  }
  assert.ok(compared > 40, `expected more values than ${compared}`);
  t.diagnostic(`${compared} values compared`);
});
