/** Constants of TEOS-10 (IOC, SCOR and IAPSO 2010). */

/** Reference Salinity of standard seawater, SP = 35: g/kg. */
export const SSO = 35.16504;
/** What makes SA dimensionless: 1 / (40 SSO / 35), kg/g. */
export const SFAC = 0.0248826675584615;
/** The "specific heat" in the definition of Conservative Temperature, J/(kg K). */
export const CP0 = 3991.86795711963;
/** 0 degC in K. */
export const T0 = 273.15;
