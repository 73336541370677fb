/** The REST interface of the fake server, as far as CATALOGUE §1 describes it. */
import { randomUUID } from 'node:crypto';
import { type Exchange, sendEmpty, sendError, sendJson, sendXml } from './exchange.ts';
import { identifierOf, parseRecord, rewritten } from './rewriting.ts';
import { ALL_GROUP, GROUPS } from './store.ts';

const EDITORS = ['Administrator', 'UserAdmin', 'Reviewer', 'Editor'];
const REVIEWERS = ['Administrator', 'UserAdmin', 'Reviewer'];

/** Answers a request for `path` behind the base of the interface; false when there is no such path. */
export function answerRest(exchange: Exchange, path: string): boolean {
  const { method } = exchange;
  if (method === 'GET' && path === '/site') siteOf(exchange);
  else if (method === 'GET' && path === '/me') me(exchange);
  else if (method === 'GET' && path === '/groups') sendJson(exchange, 200, groupsOf(exchange));
  else if (method === 'PUT' && path === '/records') putRecord(exchange);
  else {
    const [, uuid, rest] = /^\/records\/([^/]+)(\/.*)?$/.exec(path) ?? [];
    if (uuid === undefined) return false;
    return answerRecord(exchange, decodeURIComponent(uuid), rest ?? '');
  }
  return true;
}

function siteOf(exchange: Exchange) {
  sendJson(exchange, 200, {
    'system/site/name': 'Catalogue for tests',
    'system/site/organization': 'Nobody',
    'system/site/siteId': '7fc45be3-9aba-4198-920c-b8737112d522',
    'system/platform/version': exchange.store.behaviour.version ?? exchange.store.profile.version,
    'system/platform/subVersion': '0',
    'node/id': 'srv',
  });
}

function me(exchange: Exchange) {
  const { store, isKnown } = exchange;
  if (!isKnown) return sendEmpty(exchange, 204);
  const { user, profile, groupsWithEditor, groupsWithReviewer } = store.behaviour.account;
  sendJson(exchange, 200, {
    id: '12',
    profile,
    username: user,
    name: 'Sync',
    surname: 'Catalogue',
    email: 'data@example.org',
    hash: 'd41d8cd98f00b204e9800998ecf8427e',
    organisation: '',
    admin: profile === 'Administrator',
    groupsWithRegisteredUser: [],
    groupsWithEditor,
    groupsWithReviewer,
    groupsWithUserAdmin: [],
  });
}

function groupsOf({ store, isKnown }: Exchange) {
  const { profile, groupsWithEditor, groupsWithReviewer } = store.behaviour.account;
  if (!isKnown || profile === 'Administrator') return GROUPS;
  return GROUPS.filter(({ id }) => groupsWithEditor.includes(id) || groupsWithReviewer.includes(id));
}

function putRecord(exchange: Exchange) {
  const { store, query, request, body } = exchange;
  const { behaviour, profile } = store;
  const [type, ...parameters] = (request.headers['content-type'] ?? '').split(/;\s*/);
  if (!(profile.consumes as readonly string[]).includes(type)) {
    return sendError(exchange, 415, 'unsupported_media_type', `Content type '${type}' not supported`);
  }
  if (!exchange.isKnown || !EDITORS.includes(behaviour.account.profile)) {
    return sendError(exchange, 403, 'forbidden', 'Access Denied', 'Only Editors can access it.');
  }
  if (body.length === 0) return refuse(exchange, 'XML, URL or server folder MUST be provided.');
  const processing = query.get('uuidProcessing') ?? 'NOTHING';
  if (!profile.uuidProcessing.includes(processing)) {
    return fail(exchange, `No enum constant org.fao.geonet.api.records.model.UUIDAction.${processing}`);
  }
  const group = query.get('group');
  if (group !== null && !/^-?\d+$/.test(group)) {
    return fail(exchange, `java.lang.NumberFormatException: For input string: "${group}"`);
  }
  // The declaration in the XML is not looked at: without a charset the container takes its own.
  const charset = parameters.some((each) => /^charset="?utf-8"?$/i.test(each)) ? 'utf8' : 'latin1';
  let document: ReturnType<typeof parseRecord>;
  try {
    document = parseRecord(body.toString(charset));
  } catch (error) {
    return refuse(exchange, `Failed to parse XML: ${(error as Error).message}`);
  }
  if (document.documentElement?.localName !== 'MD_Metadata') {
    return refuse(exchange, "Can't detect schema for metadata automatically.");
  }
  const uuid = identifierOf(document) || randomUUID();
  const report = behaviour.invalid(uuid);
  if (report !== undefined) return refuse(exchange, report);
  const inside = behaviour.errorInside(uuid);
  if (inside !== undefined) return sendJson(exchange, 201, reportOf({ error: inside }));
  storeRecord(exchange, uuid, rewritten(document, Date.now()), processing);
}

function storeRecord(exchange: Exchange, uuid: string, xml: string, processing: string) {
  const { store, query } = exchange;
  const { behaviour, profile } = store;
  const publishToAll = query.get('publishToAll') === 'true' && !behaviour.workflow;
  const group = Number(query.get('group') ?? 2);
  const existing = store.records.get(uuid);
  if (existing !== undefined && processing === 'NOTHING') {
    return refuse(exchange, `A record with UUID '${uuid}' already exist and you choose no action on UUID processing.`);
  }
  if (processing === 'OVERWRITE' && behaviour.workflow) {
    return fail(exchange, 'Overwrite mode is not allowed when workflow is enabled. Use the metadata editor.');
  }
  if (existing !== undefined && !mayEdit(exchange, existing.groupOwner)) {
    return fail(exchange, `User has no editing rights on record '${uuid}'`);
  }
  if (existing?.hasValidationStatus) {
    // A known fault of some releases: said to be done, and not done.
  } else if (existing === undefined || profile.overwrite === 'replace') {
    const isReplaced = store.records.delete(uuid);
    store.insert(uuid, xml, group);
    if (isReplaced) store.writes[store.writes.length - 1] = { kind: 'updated', uuid };
  } else {
    existing.xml = xml;
    store.writes.push({ kind: 'updated', uuid });
  }
  if (publishToAll) store.publish(uuid, false);
  sendJson(exchange, 201, reportOf({ uuid, id: store.records.get(uuid)!.id, draft: !publishToAll }));
}

function answerRecord(exchange: Exchange, uuid: string, rest: string): boolean {
  const { store, method } = exchange;
  const record = store.records.get(uuid);
  const route = `${method} ${rest}`;
  const known = ['GET /formatters/xml', 'GET /sharing', 'PUT /sharing', 'PUT /publish', 'PUT /unpublish', 'DELETE '];
  if (!known.includes(route)) return false;
  if (record === undefined) {
    sendError(exchange, 404, 'resource_not_found', `Metadata not found or not accessible: '${uuid}'`);
    return true;
  }
  if (route === 'GET /formatters/xml') {
    if (!store.isPublic(uuid) && !mayEdit(exchange, record.groupOwner)) forbid(exchange);
    else sendXml(exchange, 200, record.xml);
  } else if (route === 'GET /sharing') {
    const privileges = [...record.privileges].map(([group, operations]) => ({
      group,
      operations: Object.fromEntries(
        ['view', 'download', 'editing', 'notify', 'dynamic', 'featured'].map((name) => [name, operations.has(name)]),
      ),
      userProfiles: [],
      userGroup: group > ALL_GROUP,
      reserved: group <= ALL_GROUP,
    }));
    sendJson(exchange, 200, { privileges, owner: '12', groupOwner: String(record.groupOwner) });
  } else if (!mayEdit(exchange, record.groupOwner)) forbid(exchange);
  else if (method === 'DELETE') {
    store.records.delete(uuid);
    store.writes.push({ kind: 'deleted', uuid });
    sendEmpty(exchange, 204);
  } else if (!mayReview(exchange, record.groupOwner)) forbid(exchange);
  else review(exchange, uuid, rest);
  return true;
}

function review(exchange: Exchange, uuid: string, rest: string) {
  const { store } = exchange;
  const record = store.records.get(uuid)!;
  if (rest === '/unpublish') {
    record.privileges.delete(ALL_GROUP);
    store.writes.push({ kind: 'unpublished', uuid });
  } else if (rest === '/publish') {
    if (store.behaviour.workflow) {
      return refuse(exchange, `Record '${uuid}' is not approved and the workflow is enabled: it can not be published.`);
    }
    store.publish(uuid);
  } else {
    const { clear, privileges } = JSON.parse(exchange.body.toString('utf8')) as {
      clear?: boolean;
      privileges: { group: number; operations: Record<string, boolean> }[];
    };
    if (clear) record.privileges.clear();
    for (const { group, operations } of privileges) {
      record.privileges.set(group, new Set(Object.keys(operations).filter((name) => operations[name])));
    }
    store.writes.push({ kind: 'shared', uuid });
  }
  sendEmpty(exchange, 204);
}

function mayEdit({ store, isKnown }: Exchange, group: number): boolean {
  const { profile, groupsWithEditor, groupsWithReviewer } = store.behaviour.account;
  if (!isKnown) return false;
  return profile === 'Administrator' || groupsWithEditor.includes(group) || groupsWithReviewer.includes(group);
}

function mayReview({ store }: Exchange, group: number): boolean {
  const { profile, groupsWithReviewer } = store.behaviour.account;
  return profile === 'Administrator' || (REVIEWERS.includes(profile) && groupsWithReviewer.includes(group));
}

function forbid(exchange: Exchange) {
  sendError(exchange, 403, 'forbidden', 'Access Denied', 'Operation not allowed.');
}

function refuse(exchange: Exchange, description: string) {
  sendError(exchange, 400, 'unsatisfied_request_parameter', 'Unsatisfied request parameter.', description);
}

function fail(exchange: Exchange, description: string) {
  sendError(exchange, 400, 'runtime_exception', description, description);
}

/** SimpleMetadataProcessingReport. */
function reportOf(done: { uuid: string; id: number; draft: boolean } | { error: string }) {
  const date = new Date().toISOString().slice(0, 19);
  const isError = 'error' in done;
  return {
    uuid: randomUUID(),
    type: 'SimpleMetadataProcessingReport',
    startIsoDateTime: date,
    endIsoDateTime: date,
    ellapsedTimeInSeconds: 0,
    totalTimeInSeconds: 0,
    running: false,
    errors: isError ? [{ message: done.error, uuid: null, draft: false, approved: false, date, stack: 'at …' }] : [],
    infos: [],
    metadata: [],
    metadataErrors: {},
    metadataInfos: isError
      ? {}
      : {
          [done.id]: [
            {
              message: `Metadata imported from XML with UUID '${done.uuid}'`,
              uuid: done.uuid,
              draft: done.draft,
              approved: false,
              date,
            },
          ],
        },
    numberOfRecords: 1,
    numberOfRecordsProcessed: isError ? 0 : 1,
    numberOfRecordsUnchanged: 0,
    numberOfNullRecords: 0,
    numberOfRecordNotFound: 0,
    numberOfRecordsNotEditable: 0,
    numberOfRecordsWithErrors: isError ? 1 : 0,
  };
}
