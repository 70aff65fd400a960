import { z } from 'zod';
import type { Endpoint } from './endpoint';
import { endpoints } from './endpoints';

type Json = Readonly<Record<string, unknown>>;

/** Schemas that have a name (`meta({ id })`), gathered from wherever they are used. */
type Named = Record<string, unknown>;

/** What a schema looks like on the wire: what goes in, before it is brought into one form. */
function schemaOf(schema: z.ZodType, named: Named): Json {
  const made = JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  const {
    $schema: _,
    $defs,
    ...rest
  } = JSON.parse(made.replaceAll('"#/$defs/', '"#/components/schemas/')) as Record<string, unknown>;
  for (const [name, definition] of Object.entries($defs ?? {})) {
    const { id: __, ...body } = definition as Record<string, unknown>;
    named[name] = body;
  }
  return rest;
}

const errorBody: Json = {
  oneOf: [
    {
      type: 'object',
      description: 'The processing API',
      required: ['code', 'message'],
      properties: {
        code: { type: ['string', 'null'] },
        message: { type: 'string' },
        params: { type: ['object', 'null'], additionalProperties: true },
      },
    },
    {
      type: 'object',
      description: 'The data catalogue',
      required: ['detail'],
      properties: {
        detail: {
          oneOf: [
            {
              type: 'object',
              required: ['code'],
              properties: {
                code: { type: 'string' },
                parameters: { type: 'object', additionalProperties: true },
              },
            },
            { type: 'array', items: { type: 'object', additionalProperties: true } },
            { type: 'string' },
          ],
        },
      },
    },
  ],
};

const contentTypes: Readonly<Record<Endpoint['responseType'], string>> = {
  json: 'application/json',
  geojson: 'application/geo+json',
  jpeg: 'image/jpeg',
  png: 'image/png',
  mvt: 'application/vnd.mapbox-vector-tile',
  text: 'text/plain',
  // Whatever JSON it is: nobody reads it.
  empty: 'application/json',
};

const featureCollection: Json = {
  type: 'object',
  required: ['type', 'features'],
  properties: {
    type: { const: 'FeatureCollection' },
    features: { type: 'array', items: { type: 'object', required: ['type', 'geometry', 'properties'] } },
  },
};

function bodyOf(endpoint: Endpoint, named: Named): Json {
  switch (endpoint.responseType) {
    case 'json':
      return schemaOf(endpoint.response, named);
    case 'geojson':
      return featureCollection;
    case 'empty':
      return {};
    default:
      return { type: 'string', contentMediaType: contentTypes[endpoint.responseType] };
  }
}

function responsesOf(endpoint: Endpoint, named: Named): Json {
  const also = endpoint.alsoTypes.map((type) => [
    type,
    { schema: { type: 'string', contentMediaType: type } },
  ]);
  const content = {
    [contentTypes[endpoint.responseType]]: { schema: bodyOf(endpoint, named) },
    ...(Object.fromEntries(also) as Json),
  };
  const error = (description: string): Json => ({
    description,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  });
  const codes = endpoint.errors.length > 0 ? `; codes: ${endpoint.errors.join(', ')}` : '';
  return {
    200: { description: 'Success', content },
    ...(endpoint.mayBeEmpty ? { 204: { description: 'There is nothing here' } } : {}),
    '4XX': error(`Refused${codes}`),
    '5XX': error('The server failed'),
  };
}

function requestOf(endpoint: Endpoint, named: Named): Json | null {
  if (endpoint.bodyType === 'multipart') {
    const file = { type: 'string', contentMediaType: 'image/tiff' };
    const schema = { type: 'object', required: ['file'], properties: { file } };
    return { required: true, content: { 'multipart/form-data': { schema } } };
  }
  if (endpoint.body === null) return null;
  return { required: true, content: { 'application/json': { schema: schemaOf(endpoint.body, named) } } };
}

const whole: Json = { type: 'integer', minimum: 0 };

/** Parameters of a path or a query that are more than a word. */
const parameterSchemas: Readonly<Record<string, Json>> = {
  tags: { type: 'array', items: { type: 'string' } },
  type: { type: 'string', enum: ['json', 'csv', 'JSON', 'CSV'] },
  size: { type: 'string', enum: ['s', 'l'] },
  z: whole,
  x: whole,
  y: whole,
};

function parametersOf(endpoint: Endpoint): readonly Json[] {
  const inPath = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: parameterSchemas[name ?? ''] ?? { type: 'string', minLength: 1 },
  }));
  const inQuery = endpoint.query.map((name) => ({
    name,
    in: 'query',
    required: false,
    schema: parameterSchemas[name] ?? { type: 'string', minLength: 1 },
  }));
  return [...inPath, ...inQuery];
}

function operationOf(name: string, endpoint: Endpoint, named: Named): Json {
  const request = requestOf(endpoint, named);
  const parameters = parametersOf(endpoint);
  return {
    operationId: name,
    summary: endpoint.summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(request ? { requestBody: request } : {}),
    responses: responsesOf(endpoint, named),
    'x-idempotent': endpoint.idempotent,
    'x-costs-credits': endpoint.costsCredits,
    'x-source': endpoint.source,
  };
}

/** The table of endpoints as an OpenAPI 3.1 document. Responses are described in all the forms that are understood. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  const named: Named = {};
  for (const [name, endpoint] of Object.entries(endpoints) as [string, Endpoint][]) {
    (paths[endpoint.path] ??= {})[endpoint.method.toLowerCase()] = operationOf(name, endpoint, named);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Mapflow API, as Orthodesk speaks it',
      version,
      description:
        'Generated from the schemas in shared/api. The client sends requests in this form; the local engine answers them.',
    },
    servers: [{ url: 'http://127.0.0.1:8080/rest' }, { url: 'https://api.mapflow.ai/rest' }],
    security: [{ bearer: [] }, { basic: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        basic: { type: 'http', scheme: 'basic' },
      },
      schemas: { Error: errorBody, ...named },
    },
  };
}
