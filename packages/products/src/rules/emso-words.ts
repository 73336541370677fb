/**
 * Words that EMSO's compliance tests accept. P02 is content of the NERC Vocabulary Server (CC BY 4.0, BODC/NOC); the others
 * are tables of OceanSITES 1.4, Copernicus INSTAC and DataCite. A test compares them with the specification's own copies.
 */

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}

/** Names of environmental variables: OceanSITES table 6, P02, Copernicus INSTAC. */
export const VARIABLE_NAMES: ReadonlySet<string> = words(
  'A01X A999 AAFX AALK AAMN AASD AATX AAWC ABAG ACFL ACNT ACO2 ACSR ACYC ADUN AEYN AHGT AIRT ALAT ALKW ALKY AMON ' +
    'AMOX AMUP AORG APDA APZA AQYN ARAD ASAM ASLV ATDP ATEM ATMP ATMS ATPC ATPT ATPX ATTN ATVS AXFX AYMD BABI BATC ' +
    'BATH BATT BATX BAUC BCAH BCCW BCMT BCOC BCOS BCPB BDRV BDWC BEAR BEPP BEST BLEN BLIT BLUM BNTC BNTX BNUC BPBP ' +
    'BPRP BRAD BRDA BRDD CA11 CAKN CAPH CARO CARS CASD CATX CBCC CBFX CBSD CBSP CCHF CCPW CD10 CDIR CDOM CDRU CDTA ' +
    'CEBH CEMO CEMP CETA CFTM CHEX CHLT CHUM CING CLAY CLCN CLTY CLXX CMFL CNDC CNTX COAS COCC COGE CORG CORW CPCN ' +
    'CPHL CPRP CPSD CPWC CRYS CSDE CSLR CSPD CXAA CYEU D000 D001 DAAW DALK DBDX DCMX DENS DEPH DEPLOY_LATITUDE ' +
    'DEPLOY_LONGITUDE DEPTH DEWT DGPW DMST DOCC DOCU DOX1 DOX2 DOXY DOXY_TEMP DPEV DRVA DRYT DSCO DVLP DYNHT ENGP ' +
    'EPSI EPSV EWCT EWSB EXCO EXCR EXSV EXUV F001 FABD FADS FATM FATX FBAB FBAF FCMW FCNT FCO2 FCRT FCST FDMS FEFF ' +
    'FIBM FLU2 FNTM FNTX FOCA FPFX FPRT FR11 FREP FREQ FVLT GDIR GERA GHDX GOXP GP001 GP004 GP005 GP010 GP012 GP013 ' +
    'GP018 GP025 GP048 GP050 GP067 GP068 GP069 GP079 GP080 GP085 GP087 GP088 GPIG GRAV GREF GRZO GSPD GTCH GWAM ' +
    'GWCH GWDR HAAC HBCH HBEX HCDT HCSP HEAD HEAT HEAV HEXC HFLW HFLX HLAT HLDE HLHF HLIC HLWC HMSB HZNV IACT IAGE ' +
    'IALZ IATC IATX ICEM ICHM IDIS INAP INLZ INVD IPHY IPRX IRBO IRIC IRSP IS4R ISAT ISIC ISO17 IWAB IWDX KRTS ' +
    'LATITUDE LERR LGCR LGH4 LGHT LIBI LIFX LINC LITH LITT LONGITUDE LRWL LRZA LSST LVEG LVLT LW LWET LWRD MARC ' +
    'MATC MATX MBAN MDBO MDHF MDPW MDSD MDSV MDWD MDWP MEPH MFAB MFAZ MFLZ MFWW MINC MLES MLFX MMAN MMST MNGS MPMN ' +
    'MSBD MSBO MSEP MSFX MSIC MTAT MTHF MTIC MTPW MTSD MTSP MTWC MTWD MTWP MTWT MXLM MZBC MZBN MZCT NGDW NODW NOYS ' +
    'NRAD NSCT NTAW NTIC NTIW NTOT NTPW NTRA NTRI NTRZ NTSD NTSP NTUP NUHF NUTV OCAA OCPW OGPW OHAT OHWC OMBI OMET ' +
    'OMPW OMWC OPBS OPCN OPFX OPWC OSAT OSIC OXYC OZON PASR PATX PCAH PCFX PCHW PCLM PCO2 PCOC PEBI PESD PESP PEWB ' +
    'PH25 PHAT PHBI PHLT PHOS PHOW PHPH PHSD PHSE PHUP PHWB PHWC PHYC PHYG PNFX PNTX PPAB PPCB PPRD PPWC ' +
    'PRECISE_LATITUDE PRECISE_LONGITUDE PRES PREX PRRD PRRT PSAL PSST PTDZ PTOX PU02 PXSD PXSP PYTT QDMD R410 RACC ' +
    'RAGE RAIN RAIT RALT RBHY RBSC RDIN RDVA REFF RELH RFVL RGAS RMAJ RMIN RNGE ROGS RPER RPOT RSIS RTCO RTMP RVDS ' +
    'RVFL RWCH SABB SACT SAGE SALK SAMO SAMP SATM SBGE SBPH SCAH SCDO SCOC SCOX SDAC SDFA SDNA SEBH SECC SEMO SEMP ' +
    'SHTA SIAT SICN SICO SIGT SIHF SINC SIPW SIXX SLCA SLCW SLEV SLIT SLVR SPAG SPCB SPCN SPGS SPHF SPHT SPOL SPRO ' +
    'SPWC SR2D SR3D SRAD SREP SRFL SRFR SSCN SSTB SSTR STCO STGC STHETA1 STHETA2 STMP STOM SUAT SVEL SW SWHT SXCN ' +
    'TADN TBGZ TCFX TCNT TCO2 TD00 TDIN TDNT TDPX TEMP TFAA THETA1 THETA2 TICW TIDE TIME TMES TNRP TOCH TPHS TRAN ' +
    'TRIS TSED TSMP TUR4 TVLT UCUR UMLS UMLW UPTH UREA UVRD UWND V999 VATX VAVH VAVT VCMX VCSP VCUR VDEN VDFC VDIR ' +
    'VEMH VEPK VGHS VGTA VH110 VHM0 VHZA VIRU VM01 VMDR VMNL VMXL VPED VPSP VSPEC1D VSRA VSRW VST1 VT110 VTM02 ' +
    'VTM10 VTMX VTPK VTZA VTZM VWND VZMX WBFO WBRX WCOC WCPH WCTR WCWT WDIR WDNA WETT WHTA WPRO WQBI WRAD WSPD WSPE ' +
    'WSPN WSPU WSTB WSTR WVSP WVST XKEY XMGS XRFC ZADX ZATP ZATX ZBTX ZCMP ZCTC ZCTN ZFIT ZNLG ZNTC ZNTN ZNTP ZNTX ' +
    'ZOOB ZV00 ZWTX ZZZZ',
);

/** DataCite contributor types. */
export const CONTRIBUTOR_ROLES: ReadonlySet<string> = words(
  'ContactPerson DataCollector DataCurator DataManager Distributor Editor HostingInstitution Producer ' +
    'ProjectLeader ProjectManager ProjectMember RegistrationAgency RegistrationAuthority RelatedPerson Researcher ' +
    'ResearchGroup RightsHolder Sponsor Supervisor Translator WorkPackageLeader Other',
);

/** OceanSITES table 7. */
export const SENSOR_MOUNTS: ReadonlySet<string> = words(
  'mounted_on_fixed_structure mounted_on_surface_buoy mounted_on_mooring_line mounted_on_bottom_lander ' +
    'mounted_on_moored_profiler mounted_on_glider mounted_on_shipborne_fixed mounted_on_shipborne_profiler ' +
    'mounted_on_seafloor_structure mounted_on_benthic_node mounted_on_benthic_crawler ' +
    'mounted_on_surface_buoy_tether mounted_on_seafloor_structure_riser ' +
    'mounted_on_fixed_subsurface_vertical_profile',
);

/** OceanSITES table 8. */
export const SENSOR_ORIENTATIONS: ReadonlySet<string> = words('downward upward horizontal');

/** Alternative label of P06 units that deep-sea files have, by code: what EMSO wants in `units`. */
export const UNIT_LABELS: ReadonlyMap<string, string> = new Map([
  ['UPAA', 'degC'],
  ['UECA', 'S/m'],
  ['UPDB', 'dbar'],
  ['UUUU', 'Dmnless'],
  ['PSUX', 'PSU'],
  ['UKMC', 'kg/m^3'],
  ['UVAA', 'm/s'],
  ['UVBB', 'cm/s'],
  ['ULAA', 'm'],
  ['UPOX', 'umol/l'],
  ['UMLL', 'ml/l'],
  ['KGUM', 'umol/kg'],
  ['UPCT', '%'],
  ['UPRM', '/m'],
  ['UABB', 'deg T'],
  ['UMGL', 'mg/l'],
  ['UAAA', 'deg'],
  ['UVLT', 'V'],
  ['UCNT', 'counts'],
  ['UTBB', 's'],
  ['DEGN', 'degree_north'],
  ['DEGE', 'degree_east'],
]);

/** Vocabularies that keywords may come from, with their addresses. */
export const KEYWORD_VOCABULARIES: ReadonlyMap<string, string> = new Map([
  ['GEMET', 'https://www.eionet.europa.eu/gemet/'],
  ['EuroSciVoc', 'https://op.europa.eu/en/web/eu-vocabularies/euroscivoc'],
  ['GCMD Science Keywords', 'https://gcmd.earthdata.nasa.gov/'],
  ['Observatories of the Seas Ontology', 'https://earthportal.eu/ontologies/OSO'],
  ['SeaDataNet Parameter Discovery Vocabulary', 'https://vocab.nerc.ac.uk/collection/P02/current/'],
  ['Climate and Forecast Standard Names', 'https://vocab.nerc.ac.uk/collection/P07/current/'],
  ['SeaDataNet device categories', 'https://vocab.nerc.ac.uk/collection/L05/current/'],
  ['SeaVoX Platform Categories', 'https://vocab.nerc.ac.uk/collection/L06/current/'],
]);
