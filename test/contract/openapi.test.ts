import { readFileSync } from 'node:fs';
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
