/** The order in which the schema wants elements, for the parts that people edit: what an XSD says at length, where none is at hand. */
import { elementsIn, type XmlElement } from '@emso/core/xml';
import type { Found } from './rule.ts';
import { placeOf, within } from './tree.ts';

const ORDER: Readonly<Record<string, string>> = {
  MD_Metadata:
    'fileIdentifier language characterSet parentIdentifier hierarchyLevel hierarchyLevelName contact dateStamp metadataStandardName ' +
    'metadataStandardVersion dataSetURI locale spatialRepresentationInfo referenceSystemInfo metadataExtensionInfo identificationInfo ' +
    'contentInfo distributionInfo dataQualityInfo portrayalCatalogueInfo metadataConstraints applicationSchemaInfo metadataMaintenance ' +
    'series describes propertyType featureType featureAttribute',
  MD_DataIdentification:
    'citation abstract purpose credit status pointOfContact resourceMaintenance graphicOverview resourceFormat descriptiveKeywords ' +
    'resourceSpecificUsage resourceConstraints aggregationInfo spatialRepresentationType spatialResolution language characterSet ' +
    'topicCategory environmentDescription extent supplementalInformation',
  CI_Citation:
    'title alternateTitle date edition editionDate identifier citedResponsibleParty presentationForm series otherCitationDetails ' +
    'collectiveTitle ISBN ISSN',
  CI_Date: 'date dateType',
  CI_ResponsibleParty: 'individualName organisationName positionName contactInfo role',
  MD_Keywords: 'keyword type thesaurusName',
  MD_LegalConstraints: 'useLimitation accessConstraints useConstraints otherConstraints',
  EX_Extent: 'description geographicElement temporalElement verticalElement',
  EX_GeographicBoundingBox:
    'extentTypeCode westBoundLongitude eastBoundLongitude southBoundLatitude northBoundLatitude',
  EX_VerticalExtent: 'minimumValue maximumValue verticalCRS',
  MD_Distribution: 'distributionFormat distributor transferOptions',
  CI_OnlineResource: 'linkage protocol applicationProfile name description function',
  DQ_DataQuality: 'scope report lineage',
  LI_Lineage: 'statement processStep source',
  LI_ProcessStep: 'description rationale dateTime processor source',
};

const SEQUENCES = new Map(Object.entries(ORDER).map(([name, children]) => [name, children.split(' ')]));

export function orderFaults(record: XmlElement): Found[] {
  return [...within(record)].flatMap((element) => {
    const sequence = SEQUENCES.get(element.localName ?? '');
    if (sequence === undefined) return [];
    let reached = 0;
    for (const child of elementsIn(element)) {
      const name = child.localName ?? '';
      const at = sequence.indexOf(name);
      if (at < 0) return [`'${name}' in ${placeOf(element)}`];
      if (at < reached) return [`'${name}' after '${sequence[reached]}' in ${placeOf(element)}`];
      reached = at;
    }
    return [];
  });
}
