/**
 * Platforms and sensors as SensorML 2.0: who they are, what they measure, and their history: deployments, recoveries,
 * calibrations. A platform is a system with its sensors as components; each sensor is a document of its own too.
 */
import { codeOfUrn, iso, type Parameter, type Platform, parameterOf, termOf } from '@emso/core';
import { element, type Markup, xmlDocument } from '../xml.ts';
import { deploymentEnd } from './deployment-end.ts';
import type { CatalogueModel } from './entries.ts';
import { contactWith, known, publisherOf } from './parties.ts';
import { depthDuring, instrumentTerms, type SensorSource } from './sources.ts';
import { uuidV5 } from './uuid.ts';

const NAMESPACES = {
  'xmlns:sml': 'http://www.opengis.net/sensorml/2.0',
  'xmlns:swe': 'http://www.opengis.net/swe/2.0',
  'xmlns:gml': 'http://www.opengis.net/gml/3.2',
  'xmlns:gmd': 'http://www.isotc211.org/2005/gmd',
  'xmlns:gco': 'http://www.isotc211.org/2005/gco',
  'xmlns:xlink': 'http://www.w3.org/1999/xlink',
} as const;
const DEFINITIONS = {
  serial: 'http://vocab.nerc.ac.uk/collection/W07/current/IDEN0005/',
  longName: 'http://vocab.nerc.ac.uk/collection/W07/current/IDEN0002/',
  uuid: 'http://vocab.nerc.ac.uk/collection/W07/current/IDEN0008/',
  model: 'http://vocab.nerc.ac.uk/collection/W07/current/IDEN0003/',
  manufacturer: 'http://vocab.nerc.ac.uk/collection/W07/current/IDEN0012/',
} as const;

export interface SensorMlDocument {
  readonly id: string;
  readonly xml: string;
}

/** One document a platform, one a sensor, in the order of the site file. */
export function sensorMlOf(model: CatalogueModel): SensorMlDocument[] {
  const { observatory, sensors } = model.input;
  return [
    ...observatory.platforms.map((platform) => ({
      id: platform.id,
      xml: xmlDocument(
        system(
          model,
          platform,
          sensors.filter((source) => source.platform === platform),
        ),
      ),
    })),
    ...sensors.map((source) => ({ id: source.sensor.id, xml: xmlDocument(component(model, source, NAMESPACES)) })),
  ];
}

function urn(model: CatalogueModel, id: string): string {
  return `urn:uuid:${uuidV5(model.input.observatory.observatory.uuidNamespace, `sensorml ${id}`)}`;
}

function system(model: CatalogueModel, platform: Platform, sources: readonly SensorSource[]): Markup {
  const type = termOf('L06', codeOfUrn(platform.type));
  const began = sources.map(({ sensor }) => sensor.deployments[0].from);
  return element(
    'sml:PhysicalSystem',
    { ...NAMESPACES, 'gml:id': `platform-${platform.id}` },
    element('gml:description', {}, platform.title.en),
    element('gml:identifier', { codeSpace: 'uniqueID' }, urn(model, platform.id)),
    element('gml:name', {}, platform.oso),
    identification([
      ['long name', DEFINITIONS.longName, platform.title.en],
      ['UUID', DEFINITIONS.uuid, urn(model, platform.id)],
    ]),
    type === undefined ? undefined : classification([['platform category', type.uri, type.label]]),
    began.length === 0 ? undefined : validTime(`platform-${platform.id}-valid`, Math.min(...began), undefined),
    contacts(model),
    position(`platform-${platform.id}-point`, platform, platform.position.depthM),
    element(
      'sml:components',
      {},
      element(
        'sml:ComponentList',
        {},
        sources.map((source) => element('sml:component', { name: source.sensor.id }, component(model, source, {}))),
      ),
    ),
  );
}

function component(model: CatalogueModel, source: SensorSource, namespaces: Readonly<Record<string, string>>): Markup {
  const { platform, sensor, codes } = source;
  const terms = instrumentTerms(source);
  const last = sensor.deployments.length - 1;
  const latest = sensor.deployments[last];
  const id = `sensor-${sensor.id}`;
  return element(
    'sml:PhysicalComponent',
    { ...namespaces, 'gml:id': id },
    element('gml:description', {}, sensor.title?.en ?? terms.title),
    element('gml:identifier', { codeSpace: 'uniqueID' }, urn(model, sensor.id)),
    element('gml:name', {}, sensor.id),
    identification([
      ['model', termUri('L22', terms.l22) ?? DEFINITIONS.model, terms.title],
      ['manufacturer', termUri('L35', terms.l35) ?? DEFINITIONS.manufacturer, termLabel('L35', terms.l35) ?? 'unknown'],
      ['serial number', DEFINITIONS.serial, latest.serial],
      ['UUID', DEFINITIONS.uuid, urn(model, sensor.id)],
    ]),
    terms.l05 === undefined
      ? undefined
      : classification([
          ['device category', termUri('L05', terms.l05) ?? '', termLabel('L05', terms.l05) ?? terms.l05],
        ]),
    validTime(`${id}-valid`, sensor.deployments[0].from, deploymentEnd(sensor, last)),
    contacts(model),
    history(source),
    outputs(codes.map((code) => parameterOf(sensor, code))),
    element('sml:attachedTo', { 'xlink:href': urn(model, platform.id), 'xlink:title': platform.oso }),
    position(`${id}-point`, platform, depthDuring(sensor, latest)),
  );
}

function termUri(vocabulary: 'L05' | 'L22' | 'L35', code: string | undefined): string | undefined {
  return code === undefined ? undefined : termOf(vocabulary, code)?.uri;
}

function termLabel(vocabulary: 'L05' | 'L22' | 'L35', code: string | undefined): string | undefined {
  return code === undefined ? undefined : termOf(vocabulary, code)?.label;
}

type Row = readonly [label: string, definition: string, value: string];

function terms(list: string, item: string, rows: readonly Row[]): Markup {
  return element(
    `sml:${list}`,
    {},
    rows.map(([label, definition, value]) =>
      element(
        `sml:${item}`,
        {},
        element('sml:Term', { definition }, element('sml:label', {}, label), element('sml:value', {}, value)),
      ),
    ),
  );
}

function identification(rows: readonly Row[]): Markup {
  return element('sml:identification', {}, terms('IdentifierList', 'identifier', rows));
}

function classification(rows: readonly Row[]): Markup {
  return element('sml:classification', {}, terms('ClassifierList', 'classifier', rows));
}

function timePeriod(id: string, from: number, to: number | undefined): Markup {
  return element(
    'gml:TimePeriod',
    { 'gml:id': id },
    element('gml:beginPosition', {}, iso(from)),
    to === undefined
      ? element('gml:endPosition', { indeterminatePosition: 'now' })
      : element('gml:endPosition', {}, iso(to)),
  );
}

function validTime(id: string, from: number, to: number | undefined): Markup {
  return element('sml:validTime', {}, timePeriod(id, from, to));
}

function contacts({ input }: CatalogueModel): Markup {
  const site = input.observatory.observatory;
  const person = contactWith(site, 'dataManager') ?? contactWith(site, 'principalInvestigator');
  const party = (
    name: string | undefined,
    organisation: string | undefined,
    email: string | undefined,
    role: string,
  ): Markup =>
    element(
      'sml:contact',
      {},
      element(
        'gmd:CI_ResponsibleParty',
        {},
        name === undefined ? undefined : stringProperty('gmd:individualName', name),
        organisation === undefined ? undefined : stringProperty('gmd:organisationName', organisation),
        known(email)
          ? element(
              'gmd:contactInfo',
              {},
              element(
                'gmd:CI_Contact',
                {},
                element(
                  'gmd:address',
                  {},
                  element('gmd:CI_Address', {}, stringProperty('gmd:electronicMailAddress', email)),
                ),
              ),
            )
          : undefined,
        element('gmd:role', {}, element('gmd:CI_RoleCode', { codeList: ROLE_CODES, codeListValue: role }, role)),
      ),
    );
  return element(
    'sml:contacts',
    {},
    element(
      'sml:ContactList',
      {},
      party(undefined, site.institution.name, undefined, 'owner'),
      party(undefined, publisherOf(site).name, publisherOf(site).email, 'publisher'),
      person === undefined ? undefined : party(person.name, person.organisation, person.email, 'pointOfContact'),
    ),
  );
}

const ROLE_CODES = 'http://standards.iso.org/iso/19139/resources/gmxCodelists.xml#CI_RoleCode';

function stringProperty(name: string, value: string): Markup {
  return element(name, {}, element('gco:CharacterString', {}, value));
}

/** Terms of the NERC list W03; it is not known which one recovery has. */
const EVENTS: Readonly<Record<string, string>> = {
  deployment: 'http://vocab.nerc.ac.uk/collection/W03/current/W030002/',
  calibration: 'http://vocab.nerc.ac.uk/collection/W03/current/W030003/',
};

/** Deployments, recoveries and calibrations, in order of time. */
function history({ sensor }: SensorSource): Markup {
  const events: { readonly at: number; readonly label: string; readonly text: string; readonly to?: number }[] = [
    ...sensor.deployments.flatMap((deployment, i) => {
      const end = deploymentEnd(sensor, i);
      const depthM = depthDuring(sensor, deployment);
      const where =
        depthM === undefined ? 'depth unknown' : `${depthM} m${deployment.depthM === 'unknown' ? ' (nominal)' : ''}`;
      const text = `serial number ${deployment.serial}, ${where}${deployment.mount === undefined ? '' : `, ${deployment.mount.replaceAll('_', ' ')}`}`;
      return [
        { at: deployment.from, label: 'deployment', text, ...(end !== undefined && { to: end }) },
        ...(end === undefined
          ? []
          : [{ at: end, label: 'recovery', text: `end of the deployment since ${iso(deployment.from)}` }]),
      ];
    }),
    ...sensor.calibrations.map(({ validFrom, source }) => ({
      at: validFrom,
      label: 'calibration',
      text: `calibration sheet in force from here on${typeof source === 'string' ? `: ${source}` : ''}`,
    })),
  ];
  events.sort((a, b) => a.at - b.at);
  return element(
    'sml:history',
    {},
    element(
      'sml:EventList',
      {},
      events.map(({ at, label, text }, i) =>
        element(
          'sml:event',
          {},
          element(
            'sml:Event',
            { definition: EVENTS[label] },
            element('swe:label', {}, label),
            element('swe:description', {}, text),
            element(
              'sml:time',
              {},
              element(
                'gml:TimeInstant',
                { 'gml:id': `event-${sensor.id}-${i + 1}` },
                element('gml:timePosition', {}, iso(at)),
              ),
            ),
          ),
        ),
      ),
    ),
  );
}

/** What the sensor's files have, with P01 terms and UCUM units. */
function outputs(parameters: readonly Parameter[]): Markup {
  return element(
    'sml:outputs',
    {},
    element(
      'sml:OutputList',
      {},
      parameters.map(({ code, longName, unit, p01, technical }) => {
        const definition = technical || p01 === undefined ? undefined : termOf('P01', p01)?.uri;
        return element(
          'sml:output',
          { name: code },
          element(
            'swe:Quantity',
            { ...(definition !== undefined && { definition }) },
            element('swe:label', {}, longName),
            element('swe:uom', { code: ucumOf(unit) }),
          ),
        );
      }),
    ),
  );
}

/** Units of the parameter table in UCUM, where they are written otherwise there. */
const UCUM: Readonly<Record<string, string>> = {
  degC: 'Cel',
  'S/m': 'S/m',
  dbar: 'dbar',
  'kg m-3': 'kg/m3',
  'm s-1': 'm/s',
  'm-1': '/m',
  degree: 'deg',
  count: '{count}',
  'mg/l': 'mg/L',
  'umol/l': 'umol/L',
  'ml/l': 'mL/L',
};

function ucumOf(unit: string): string {
  return UCUM[unit] ?? unit;
}

function position(
  id: string,
  { position: { latitude, longitude } }: Platform,
  depthM: number | undefined,
): Markup | undefined {
  if (latitude === 'unknown' || longitude === 'unknown') return undefined;
  const values = depthM === undefined ? `${latitude} ${longitude}` : `${latitude} ${longitude} ${-depthM}`;
  const crs = depthM === undefined ? '4326' : '4979';
  return element(
    'sml:position',
    {},
    element(
      'gml:Point',
      { 'gml:id': id, srsName: `http://www.opengis.net/def/crs/EPSG/0/${crs}` },
      element('gml:pos', {}, values),
    ),
  );
}
