/**
 * The terms of controlled vocabularies that files and catalogue records of this project use, with the labels that checkers
 * compare. Labels are those of the NERC vocabulary server and of EMSO's own ontology, as public files carry them; a term
 * whose label nobody has verified is not here, and what would need it is written without it.
 */
export type VocabularyId = 'P01' | 'P02' | 'P06' | 'P07' | 'L05' | 'L06' | 'L22' | 'L35';

export interface Term {
  readonly vocabulary: VocabularyId;
  /** `TEMPST01`. */
  readonly code: string;
  readonly label: string;
  /** What EMSO writes as unit (P06). */
  readonly altLabel?: string;
  /** `SDN:P01::TEMPST01`. */
  readonly urn: string;
  /** `http://vocab.nerc.ac.uk/collection/P01/current/TEMPST01/`. */
  readonly uri: string;
}

/** A list of terms: what it is called where keywords name their thesaurus, and where it is. */
export interface Vocabulary {
  readonly title: string;
  readonly uri: string;
}

/** Vocabularies that keywords may come from (EMSO metadata specification 1.0.7), under the exact names that its checker knows. */
export const KEYWORD_VOCABULARIES = {
  GEMET: { title: 'GEMET', uri: 'https://www.eionet.europa.eu/gemet/' },
  EuroSciVoc: { title: 'EuroSciVoc', uri: 'https://op.europa.eu/en/web/eu-vocabularies/euroscivoc' },
  GCMD: { title: 'GCMD Science Keywords', uri: 'https://gcmd.earthdata.nasa.gov/' },
  OSO: { title: 'Observatories of the Seas Ontology', uri: 'https://earthportal.eu/ontologies/OSO' },
  P02: nvs('P02', 'SeaDataNet Parameter Discovery Vocabulary'),
  P07: nvs('P07', 'Climate and Forecast Standard Names'),
  L05: nvs('L05', 'SeaDataNet device categories'),
  L06: nvs('L06', 'SeaVoX Platform Categories'),
} as const satisfies Readonly<Record<string, Vocabulary>>;
export type KeywordVocabulary = keyof typeof KEYWORD_VOCABULARIES;

function nvs(id: VocabularyId, title: string): Vocabulary {
  return { title, uri: `https://vocab.nerc.ac.uk/collection/${id}/current/` };
}

// biome-ignore format: a table, one term a line
const TERMS: Readonly<Record<VocabularyId, Readonly<Record<string, string | readonly [label: string, altLabel: string]>>>> = {
  P01: {
    ELTMEP01: 'Elapsed time relative to 1970-01-01T00:00:00Z',
    ELTJLD01: 'Elapsed time relative to 1950-01-01T00:00:00Z',
    ADEPZZ01: 'Depth (spatial coordinate) relative to water surface in the water body',
    ALATZZ01: 'Latitude north',
    ALONZZ01: 'Longitude east',
    NMSPINST: 'Name of sampling instrument',
    NMSPPF01: 'Name of sampling platform',
    TEMPST01: 'Temperature of the water body by CTD or STD',
    TEMPS901: 'Temperature (ITS-90) of the water body by CTD or STD',
    TEMPPR01: 'Temperature of the water body',
    CNDCST01: 'Electrical conductivity of the water body by CTD',
    CNDCZZ01: 'Electrical conductivity of the water body',
    PRESPR01: 'Pressure (spatial coordinate) exerted by the water body by profiling pressure sensor and correction to read zero at sea level',
    PRSTPS01: 'Pressure (measured variable) exerted by the water body plus atmosphere by fixed in-situ pressure sensor',
    PSALST01: 'Practical salinity of the water body by CTD and computation using UNESCO 1983 algorithm',
    PSLTZZ01: 'Practical salinity of the water body',
    POTMCV01: 'Potential temperature of the water body by computation using UNESCO 1983 algorithm',
    SIGTPR01: 'Sigma-theta of the water body by CTD and computation from salinity and potential temperature using UNESCO algorithm',
    SVELCA01: 'Sound velocity in the water body by computation from salinity and temperature using UNESCO algorithm',
    DOXYZZXX: 'Concentration of oxygen {O2 CAS 7782-44-7} per unit volume of the water body [dissolved plus reactive particulate phase]',
    OXYSZZ01: 'Saturation of oxygen {O2 CAS 7782-44-7} in the water body [dissolved plus reactive particulate phase]',
    ATTNZS01: 'Attenuation (red light wavelength) per unit length of the water body by WET Labs transmissometer and calibration to read zero in clear water',
    LCEWZZ01: 'Eastward current velocity in the water body',
    LCNSZZ01: 'Northward current velocity in the water body',
    LCSAZZ01: 'Speed of water current (Eulerian measurement) in the water body',
    LCDAAP01: 'Direction (towards) of water current (Eulerian measurement) in the water body by moored acoustic doppler current profiler (ADCP) and correction to true North',
  },
  P02: {
    TEMP: 'Temperature of the water column',
    CNDC: 'Electrical conductivity of the water column',
    AHGT: 'Vertical spatial coordinates',
    PSAL: 'Salinity of the water column',
    SIGT: 'Density of the water column',
    SVEL: 'Sound velocity and travel time in the water column',
    DOXY: 'Dissolved oxygen parameters in the water column',
    ATTN: 'Transmittance and attenuance of the water column',
    RFVL: 'Horizontal velocity of the water column (currents)',
    LRZA: 'Vertical velocity of the water column (currents)',
    TSED: 'Concentration of suspended particulate material in the water column',
  },
  P06: {
    UTBB: ['Seconds', 's'],
    UTAA: ['Days', 'd'],
    ULAA: ['Metres', 'm'],
    DEGN: ['Degrees north', 'degree_north'],
    DEGE: ['Degrees east', 'degree_east'],
    UPAA: ['Degrees Celsius', 'degC'],
    UECA: ['Siemens per metre', 'S/m'],
    UPDB: ['Decibars', 'dbar'],
    UUUU: ['Dimensionless', 'Dmnless'],
    PSUX: ['Practical salinity units', 'PSU'],
    UKMC: ['Kilograms per cubic metre', 'kg/m^3'],
    UVAA: ['Metres per second', 'm/s'],
    UPOX: ['Micromoles per litre', 'umol/l'],
    UMLL: ['Millilitres per litre', 'ml/l'],
    KGUM: ['Micromoles per kilogram', 'umol/kg'],
    UPCT: ['Percent', '%'],
    UPRM: ['per metre', '/m'],
    UABB: ['Degrees True', 'deg T'],
    UMGL: ['Milligrams per litre', 'mg/l'],
    UAAA: ['Degrees', 'deg'],
    UVLT: ['Volts', 'V'],
    UCNT: ['Counts', 'counts'],
  },
  P07: {
    CFSN0335: 'sea_water_temperature',
    CFSN0394: 'sea_water_electrical_conductivity',
    IADIHDIJ: 'sea_water_practical_salinity',
    CFSN0330: 'sea_water_pressure',
  },
  L05: {
    '114': 'current meters',
    '115': 'current profilers',
    '124': 'transmissometers',
    '130': 'CTD',
    '351': 'dissolved gas sensors',
    WPS: 'water pressure sensors',
  },
  L06: {
    '11': 'fixed benthic node',
    '43': 'subsurface mooring',
    '48': 'mooring',
  },
  L22: {
    TOOL0018: 'Sea-Bird SBE 37 MicroCat SMP-CT with optional pressure (submersible) CTD sensor series',
    TOOL1451: 'Sea-Bird SBE 37 MicroCat IMP-CTP (submersible) CTD sensor',
    TOOL1453: 'Sea-Bird SBE 37 MicroCat SIP-CTP (submersible) CTD sensor',
    TOOL1457: 'Sea-Bird SBE 37 MicroCat SMP-CTP (submersible) CTD sensor',
    TOOL1459: 'Sea-Bird SBE 37 MicroCat SMP-CTP-ODO (submersible) CTD sensor',
    TOOL1538: 'Sea-Bird SBE 37 MicroCat IMP-CTP-ODO (submersible) CTD sensor',
    TOOL0805: 'Aanderaa optode',
    TOOL0826: 'Aanderaa 4330 and 4330F oxygen optode',
    TOOL1239: 'Aanderaa 4831 oxygen optode',
    TOOL0160: 'WET Labs {Sea-Bird WETLabs} C-Star transmissometer',
    TOOL0089: 'Nortek Aquadopp 3D Doppler current meter',
    TOOL0476: 'Nortek Aquadopp 6000 3D Doppler current meter',
    TOOL1412: 'Nortek Aquadopp IM6000 (inductive modem) 3D Doppler current meter',
    TOOL0403: 'Paroscientific 410K Pressure Transducer',
    TOOL0931: 'Paroscientific Digiquartz depth sensors',
  },
  L35: {
    MAN0007: 'Aanderaa',
    MAN0013: 'Sea-Bird Scientific',
    MAN0026: 'WET Labs',
    MAN0049: 'RBR',
    MAN0068: 'Nortek',
    MAN0302: 'Paroscientific, Inc.',
  },
};

/** URI of a term of the NERC vocabulary server, in the form that EMSO's checker compares. */
export function termUri(vocabulary: VocabularyId, code: string): string {
  return `http://vocab.nerc.ac.uk/collection/${vocabulary}/current/${code}/`;
}

/** A term with its labels; undefined for one whose label is not verified here. */
export function termOf(vocabulary: VocabularyId, code: string): Term | undefined {
  const found = Object.hasOwn(TERMS[vocabulary], code) ? TERMS[vocabulary][code] : undefined;
  if (found === undefined) return undefined;
  const [label, altLabel] = typeof found === 'string' ? [found, undefined] : found;
  return {
    vocabulary,
    code,
    label,
    ...(altLabel !== undefined && { altLabel }),
    urn: `SDN:${vocabulary}::${code}`,
    uri: termUri(vocabulary, code),
  };
}

/** The code in a URN such as `SDN:L06::11`, or in a bare code. */
export function codeOfUrn(urn: string): string {
  return urn.slice(urn.lastIndexOf(':') + 1);
}

const OSO = 'https://w3id.org/earthsemantics/OSO#';

/** URI of a term of the Observatories of the Seas Ontology, by its label; undefined where the label is unknown. */
export function osoUri(label: string): string | undefined {
  return label === 'unknown' ? undefined : OSO + label.replaceAll(' ', '_');
}

/** Code of a CF standard name in P07, where it is verified. */
export function p07Code(standardName: string): string | undefined {
  return Object.keys(TERMS.P07).find((code) => TERMS.P07[code] === standardName);
}
