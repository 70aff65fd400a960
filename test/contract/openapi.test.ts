import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { endpoints, type Endpoint } from '@shared/api';
import { openApiDocument } from '@shared/api/openapi';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const table = Object.entries(endpoints) as [string, Endpoint][];

const committed = (): string => readFileSync(at('docs/openapi.json'), 'utf8');

test('docs/openapi.json is the document of the schemas (npm run openapi writes it)', () => {
  expect(JSON.parse(committed())).toEqual(JSON.parse(JSON.stringify(openApiDocument('1'))));
});

test('a public validator finds the committed document valid, and would find a broken one', async () => {
  const judge = async (text: string): Promise<unknown> =>
    new Validator().validate(JSON.parse(text) as Record<string, unknown>);
  expect(await judge(committed())).toMatchObject({ valid: true });
  expect(await judge(committed().replace('"in": "path"', '"in": "trail"'))).toMatchObject({ valid: false });
});

test('the document is sound: ids are unique, references lead somewhere, path parameters are declared', () => {
  const document = JSON.parse(JSON.stringify(openApiDocument('1'))) as {
    openapi: string;
    paths: Record<
      string,
      Record<string, { operationId: string; parameters?: { name: string; in: string }[] }>
    >;
    components: { schemas: Record<string, unknown> };
  };
  expect(document.openapi).toBe('3.1.0');
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.values(methods).map((operation) => ({ path, ...operation })),
  );
  expect(operations).toHaveLength(table.length);
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(table.length);
  for (const { path, parameters = [] } of operations) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    expect(parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(named);
  }
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]);
  for (const reference of references) {
    expect(Object.keys(document.components.schemas)).toContain(reference?.split('/').pop());
  }
});

interface Source {
  readonly path: string;
  readonly text: string;
}

function sources(folder: string, ending: RegExp): readonly Source[] {
  return readdirSync(at(folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name))
    .map((name) => ({
      path: `${folder}/${name.replaceAll('\\', '/')}`,
      text: readFileSync(at(`${folder}/${name}`), 'utf8'),
    }));
}

const client = sources('main/mapflow', /\.ts$/);

/** How a path is written where the engine's routes are declared. */
function routeOf({ path }: Endpoint): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

/** The client's method for an endpoint, such as `processings.cost`. */
function clientMethodOf(name: string): string | null {
  const isUsed = new RegExp(`endpoints\\.${name}\\b`);
  const found = client.find(({ path, text }) => !/caller|login/.test(path) && isUsed.test(text));
  if (!found) return null;
  const methods = found.text.slice(found.text.search(/^ {2}return \{/m));
  // Where it is used before them, the resource has but one method.
  const until = isUsed.exec(methods)?.index ?? methods.length;
  const [method] =
    [...methods.slice(0, until).matchAll(/^ {2,4}(?:return \{ )?(\w+): (?:async )?\(/gm)].pop()?.slice(1) ??
    [];
  return method === undefined ? null : `${/(\w+)\.ts$/.exec(found.path)?.[1] ?? ''}.${method}`;
}

/**
 * Whether a test calls the client's method, or the endpoint by its path. Where a method chooses between two endpoints, only
 * the path tells which.
 */
function isProvedBy(text: string, endpoint: Endpoint, method: string | null): boolean {
  const path = endpoint.path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, `[^/'"\`\\s]+`);
  if (new RegExp(`${endpoint.method}[ ,'\\]]+["'\`]?${path}(?![\\w/])`).test(text)) return true;
  const isShared = table.filter(([name]) => clientMethodOf(name) === method).length > 1;
  const [resource = '', call = ''] = (method ?? '').split('.');
  return !isShared && new RegExp(`\\b${resource}\\s*\\.${call}\\(`).test(text);
}

test('docs/api-coverage.md says for each endpoint who sends it, who answers it, and which test proves it', async () => {
  const routes = sources('main/engine/routes', /\.ts$/);
  const tests = [
    ...sources('test/contract', /\.(?:test\.ts|sh|py)$/),
    ...sources('test/unit/mapflow', /\.test\.ts$/),
  ];
  const rows = table.map(([name, endpoint]) => {
    const method = clientMethodOf(name);
    const route = routes.find(({ text }) =>
      text.includes(`.${endpoint.method.toLowerCase()}('${routeOf(endpoint)}'`),
    );
    const proofs = tests
      .filter(({ text }) => isProvedBy(text, endpoint, method))
      .map(({ path }) => path.replace('test/', ''));
    return { name, endpoint, method, route: route?.path ?? null, proofs };
  });
  expect(rows.filter(({ method }) => method === null).map(({ name }) => name)).toEqual([]);
  expect(rows.filter(({ route }) => route === null).map(({ name }) => name)).toEqual([]);
  expect(rows.filter(({ proofs }) => proofs.length === 0).map(({ name }) => name)).toEqual([]);
  const lines = rows.map(({ endpoint, method, route, proofs }) => {
    const parameters = [...endpoint.query, ...Object.keys(shapeOf(endpoint))].join(', ');
    const cells = [
      `\`${endpoint.method} ${endpoint.path}\``,
      parameters === '' ? '–' : parameters,
      endpoint.source,
      `\`${method ?? ''}\``,
      `\`${(route ?? '').replace('main/engine/', '')}\``,
      proofs.map((path) => `\`${path}\``).join(', '),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const text = [
    '# Coverage of the API',
    '',
    'Made by `test/contract/openapi.test.ts` from the table of endpoints and the sources; not written by hand.',
    '“reference” is the published reference, “live” what working clients of the service use besides.',
    '',
    '| endpoint | parameters | from | client | engine | tests |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot(at('docs/api-coverage.md'));
});

function shapeOf({ body, bodyType }: Endpoint): Record<string, unknown> {
  if (bodyType === 'multipart') return { file: true };
  return body !== null && 'shape' in body ? (body.shape as Record<string, unknown>) : {};
}
