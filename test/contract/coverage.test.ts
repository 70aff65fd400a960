import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { endpoints, type Endpoint } from '@shared/api';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const table = Object.entries(endpoints) as [string, Endpoint][];

interface Source {
  readonly path: string;
  readonly text: string;
}

function sources(folder: string, ending: RegExp): readonly Source[] {
  return readdirSync(at(folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name))
    .map((name) => name.replaceAll('\\', '/'))
    .sort()
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(at(`${folder}/${name}`), 'utf8') }));
}

const client = sources('main/mapflow', /\.ts$/);
const routes = sources('main/engine/routes', /\.ts$/);
const engine = sources('main/engine', /\.ts$/);
const schemas = sources('shared/api', /\.ts$/);
const program = sources('main', /\.ts$/).filter(({ path }) => !/^main\/(?:mapflow|engine|ipc)\//.test(path));
const tests = [
  ...sources('test/contract', /\.(?:test\.ts|sh|py)$/).filter(
    ({ path }) => !/coverage|exchanges|fuzz|openapi/.test(path),
  ),
  ...sources('test/unit/mapflow', /\.test\.ts$/),
  ...sources('test/unit/api', /\.test\.ts$/),
];

/** Where the program's own use of an endpoint meets the person: by the folder or file of main that calls the client. */
const places: Readonly<Record<string, string>> = {
  'main/processings/': 'Processing and Jobs panels; `cli process`, `cli jobs`',
  'main/processings/projects.ts': 'Projects panel',
  'main/uploads/': 'Uploads panel; `cli upload`',
  'main/mosaicList.ts': 'Imagery step; `cli process`',
  'main/services.ts': 'Account menu; `cli accounts`',
  'main/accounts/': 'Account dialog; `cli accounts`',
  'main/cli/': '`cli`',
};

/** What the program itself has no use for, and why. */
const forOthers: Readonly<Record<string, string>> = {
  createProcessingV1: 'other clients (v1)',
  getProcessingV1: 'other clients (v1)',
  listProcessingsV1: 'other clients (v1)',
  version: 'other clients',
};

/** The last issue brings these to the screen; nothing else may be without a use. */
const later: ReadonlySet<string> = new Set([
  'pageProjects',
  'getProject',
  'deleteProject',
  'getProcessing',
  'pageProcessings',
  'rateProcessing',
  'acceptProcessing',
  'rejectProcessing',
  'processingStats',
  'updateMosaic',
  'createMosaicWithImage',
  'linkImage',
  'getImage',
  'renameImage',
  'imagePreview',
  'imageStatus',
  'searchCatalog',
  'catalogPreview',
  'catalogTile',
  'mosaicTileJson',
  'mosaicTile',
  'resultTileJson',
  'resultTile',
]);

/** How a path is written where the engine's routes are declared. */
function routeOf({ path }: Endpoint): RegExp {
  const pattern = path
    // A file name with an ending is one parameter there.
    .replace(/\/\{\w+\}\.(?:vector\.pbf|png|json)$/, '/:file')
    .replace(/[.]/g, '\\.')
    .replace(/\{\w+\}/g, ':\\w+');
  return new RegExp(`'${pattern}'`);
}

/** Layers are read at addresses that answers give, whichever endpoint they lead to. */
const byAddress: Readonly<Record<string, string>> = {
  mosaicTileJson: 'layers.tileJson',
  resultTileJson: 'layers.tileJson',
  mosaicTile: 'layers.tile',
  resultTile: 'layers.tile',
  catalogTile: 'layers.tile',
  catalogPreview: 'catalog.preview',
};

/** What a test says that reads such an address: which layer it is. */
const addressWords: Readonly<Record<string, readonly string[]>> = {
  'mosaics\\.get\\(': ['mosaicTileJson', 'mosaicTile'],
  vectorLayer: ['resultTileJson', 'resultTile'],
  'catalog\\.preview\\(': ['catalogPreview', 'catalogTile'],
};

const endpointName = (endpoint: Endpoint): string => table.find(([, one]) => one === endpoint)?.[0] ?? '';

/** The client's method for an endpoint, such as `processings.cost`. */
function clientMethodOf(name: string): string | null {
  if (byAddress[name] !== undefined) return byAddress[name];
  const isUsed = new RegExp(`endpoints\\.${name}\\b`);
  const found = client.find(({ path, text }) => !/caller|login|layers/.test(path) && isUsed.test(text));
  if (!found) return null;
  const methods = found.text.slice(found.text.search(/^ {2}return \{/m));
  // Where it is used before them, the resource has but one method.
  const until = isUsed.exec(methods)?.index ?? methods.length;
  const [method] =
    [...methods.slice(0, until).matchAll(/^ {2,4}(?:return \{ )?(\w+): (?:async )?\(/gm)].pop()?.slice(1) ??
    [];
  return method === undefined ? null : `${/(\w+)\.ts$/.exec(found.path)?.[1] ?? ''}.${method}`;
}

/** Files that call the client's method. */
function callersOf(method: string, among: readonly Source[]): readonly Source[] {
  const [resource = '', call = ''] = method.split('.');
  const isCalled = new RegExp(`\\b${resource}\\b[^;]{0,40}?\\.\\s*${call}\\(`);
  return among.filter(({ text }) => isCalled.test(text));
}

/**
 * Whether a test calls the client's method, or the endpoint by its path. Where a method chooses between two endpoints, only
 * the path tells which.
 */
function isProvedBy({ text }: Source, endpoint: Endpoint, method: string): boolean {
  const path = endpoint.path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, `[^/'"\`\\s]+`);
  if (new RegExp(`${endpoint.method}[ ,'\\]]+["'\`]?${path}(?![\\w/])`).test(text)) return true;
  const [words] =
    Object.entries(addressWords).find(([, names]) => names.includes(endpointName(endpoint))) ?? [];
  if (words !== undefined)
    return new RegExp(words).test(text) && callersOf(method, [{ path: '', text }]).length > 0;
  const isShared = table.filter(([name]) => clientMethodOf(name) === method).length > 1;
  return !isShared && callersOf(method, [{ path: '', text }]).length > 0;
}

const has = (text: string, word: string): boolean => new RegExp(`(?<![\\w])${word}\\b`).test(text);

/** Fields that are objects of their own, with the schema that names their parts. */
const nested: Readonly<Record<string, readonly string[]>> = {
  params: [
    'params.sourceParams.dataProvider.providerName',
    'params.sourceParams.dataProvider.zoom',
    'params.sourceParams.myImagery.imageIds',
    'params.sourceParams.myImagery.mosaicId',
    'params.sourceParams.imagerySearch.dataProvider',
    'params.sourceParams.imagerySearch.imageIds',
    'params.sourceParams.imagerySearch.zoom',
    'params.sourceParams.userDefined.sourceType',
    'params.sourceParams.userDefined.url',
    'params.sourceParams.userDefined.zoom',
    'params.sourceParams.userDefined.crs',
    'params.sourceParams.userDefined.rasterLogin',
    'params.sourceParams.userDefined.rasterPassword',
    'params.inferenceParams',
  ],
  blocks: ['blocks[].name', 'blocks[].enabled'],
};

function parametersOf(name: string, endpoint: Endpoint): readonly string[] {
  const path = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => parameter);
  const fields = bodyFields(endpoint).flatMap((field) =>
    name === 'createProcessing' ? (nested[field] ?? [field]) : [field],
  );
  return [...path, ...endpoint.query, ...fields];
}

function bodyFields({ body, bodyType }: Endpoint): readonly string[] {
  if (bodyType === 'multipart') return ['file'];
  return body !== null && 'shape' in body ? Object.keys(body.shape as object) : [];
}

/** The last word of a parameter: what stands in the sources. */
const wordOf = (parameter: string): string => /(\w+)(?:\[\])?$/.exec(parameter)?.[1] ?? parameter;

/** Where a route's fields go: itself, the table of the same things, then what it hands them to. */
const handsTo: Readonly<Record<string, readonly string[]>> = {
  processings: ['routes/processingsPage', 'processing/', 'remote/'],
  catalog: ['catalog/'],
  images: ['imagery/intake', 'http/upload'],
};

function readersOf(route: Source | undefined): readonly Source[] {
  if (!route) return [];
  const name = /(\w+)\.ts$/.exec(route.path)?.[1] ?? '';
  const places = [`routes/${name}.`, `store/${name}.`, ...(handsTo[name] ?? [])];
  return places.flatMap((place) => engine.filter(({ path }) => path.startsWith(`main/engine/${place}`)));
}

interface Row {
  readonly parameter: string | null;
  readonly client: string;
  readonly engine: string;
  readonly use: string;
  readonly tests: readonly string[];
}

/** Parameters of a path travel with the call itself, as does the file of an upload. */
const travels = (endpoint: Endpoint, parameter: string): boolean =>
  parameter === 'file' || endpoint.path.includes(`{${parameter}}`);

/** The folder of an area, or the file itself at the top of main. */
const areaOf = (path: string): string => (/^main\/\w+\//.exec(path) ?? [path])[0];

function rowsOf(name: string, endpoint: Endpoint): readonly Row[] {
  const method = clientMethodOf(name) ?? '';
  const route = routes.find(({ text }) => routeOf(endpoint).test(text));
  const proofs = tests.filter((source) => isProvedBy(source, endpoint, method));
  const callers = callersOf(method, program);
  const areas = program.filter(({ path }) => callers.some((caller) => areaOf(caller.path) === areaOf(path)));
  const shown = [...new Set(callers.map(({ path }) => places[path] ?? places[areaOf(path)] ?? path))];
  const useOf = (known: boolean): string => {
    if (forOthers[name] !== undefined) return forOthers[name];
    if (shown.length > 0 && known) return shown.join('; ');
    return later.has(name) || shown.length > 0 ? 'later: screen' : '';
  };
  const engineCell = (route?.path ?? '').replace('main/engine/', '');
  const whole: Row = {
    parameter: null,
    client: method,
    engine: engineCell,
    use: useOf(true),
    tests: proofs.map(({ path }) => path),
  };
  const parts = parametersOf(name, endpoint).map((parameter): Row => {
    const word = wordOf(parameter);
    const carried = travels(endpoint, parameter);
    const inClient = carried || [...client, ...schemas].some(({ text }) => has(text, word));
    const readBy = carried ? route : readersOf(route).find(({ text }) => has(text, word));
    return {
      parameter,
      client: inClient ? method : '',
      engine: (readBy?.path ?? '').replace('main/engine/', ''),
      use: useOf(carried || areas.some(({ text }) => has(text, word))),
      tests: proofs.filter(({ text }) => carried || has(text, word)).map(({ path }) => path),
    };
  });
  return [whole, ...parts];
}

/** `npm exec vitest run test/contract/coverage.test.ts -- -u` writes the document anew. */
test('docs/api-coverage.md: for each endpoint and parameter who sends, answers, uses and proves it; no cell is empty', async () => {
  const rows = table.flatMap(([name, endpoint]) =>
    rowsOf(name, endpoint).map((row) => ({ name, endpoint, ...row })),
  );
  const empty = rows.flatMap(({ name, parameter, client: sender, engine: answerer, use, tests: proofs }) =>
    Object.entries({ client: sender, engine: answerer, use, tests: proofs.join() })
      .filter(([, cell]) => cell === '')
      .map(([column]) => `${name} ${parameter ?? ''}: ${column}`),
  );
  expect(empty).toEqual([]);
  const lines = rows.map(({ endpoint, parameter, client: sender, engine: answerer, use, tests: proofs }) => {
    const [first = '', ...more] = proofs.map((path) => path.replace(/^test\//, ''));
    const cells = [
      parameter === null ? `**\`${endpoint.method} ${endpoint.path}\`**` : `\`${parameter}\``,
      endpoint.source,
      `\`${sender}\``,
      `\`${answerer}\``,
      use,
      more.length === 0 ? `\`${first}\`` : `\`${first}\` and ${String(more.length)} more`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const text = [
    '# Coverage of the API',
    '',
    'Made by `test/contract/coverage.test.ts` from the schemas and the sources; not written by hand. A line in bold is an endpoint,',
    'the lines below it are its parameters. “reference” is the published reference, “live” what working clients of the service use',
    'besides, “engine” where the local engine serves what answers give addresses of. “later: screen” is what the last issue brings to',
    'the screen; everything else has its use, and every exchange of the contract tests is held against [openapi.json](openapi.json).',
    '',
    '| endpoint or parameter | from | client | engine | screen or command | test |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot(at('docs/api-coverage.md'));
});
