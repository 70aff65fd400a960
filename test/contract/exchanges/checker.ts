import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';

/** One request and its answer, as they went over the wire. */
export interface Exchange {
  readonly method: string;
  /** Below the base path, with the query. */
  readonly target: string;
  readonly requestType: string | null;
  /** Null where it was not kept: a form with a file. */
  readonly requestBody: string | null;
  readonly status: number;
  readonly responseType: string | null;
  /** Null where it was not kept: a picture. */
  readonly responseBody: string | null;
}

export interface Verdict {
  /** `operationId`; null for an exchange that the document does not know. */
  readonly operation: string | null;
  /** What the request has that the document does not allow. */
  readonly request: readonly string[];
  /** What the answer has that the document does not allow. */
  readonly response: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: Json;
}

interface Media {
  readonly schema: Json;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, Media>>;
  };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, Media>> } | undefined>
  >;
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly literals: number;
  readonly operation: Operation;
}

const documentId = 'openapi.json';

/** Judges exchanges by an OpenAPI 3.1 document: method, path, parameters, bodies and statuses. */
export class Checker {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  readonly #routes: readonly Route[];
  readonly #validators = new Map<object, ValidateFunction>();

  constructor(document: OpenApi) {
    this.#ajv.addSchema({ $id: documentId, ...document });
    this.#routes = Object.entries(document.paths)
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => route(method, path, operation)),
      )
      // A path of fixed words goes before one with parameters.
      .sort((a, b) => b.literals - a.literals);
  }

  judge(exchange: Exchange): Verdict {
    const url = new URL(exchange.target, 'http://engine');
    for (const { method, pattern, names, operation } of this.#routes) {
      if (method !== exchange.method) continue;
      const found = pattern.exec(url.pathname);
      if (!found) continue;
      const values = names.map((name, i): [string, string] => [name, decoded(found[i + 1] ?? '')]);
      return {
        operation: operation.operationId,
        request: [
          ...this.#parameters(operation, Object.fromEntries(values), url.searchParams),
          ...this.#requestBody(operation, exchange),
        ],
        response: this.#response(operation, exchange),
      };
    }
    return { operation: null, request: ['the document has no such operation'], response: [] };
  }

  #parameters(
    { parameters = [] }: Operation,
    path: Readonly<Record<string, string>>,
    query: URLSearchParams,
  ): string[] {
    const known = new Set(parameters.filter((one) => one.in === 'query').map(({ name }) => name));
    const unknown = [...new Set(query.keys())].filter((name) => !known.has(name));
    return [
      ...unknown.map((name) => `the query has an unknown ${name}`),
      ...parameters.flatMap((parameter) => {
        const { name, required, schema } = parameter;
        const given = parameter.in === 'path' ? [path[name] ?? ''] : query.getAll(name);
        if (given.length === 0) return required ? [`${name} is missing`] : [];
        return this.#problems(schema, typed(given, schema), name);
      }),
    ];
  }

  #requestBody({ requestBody }: Operation, exchange: Exchange): string[] {
    const { requestType, requestBody: body } = exchange;
    if (!requestBody) return body === null || body === '' ? [] : ['a body that is not foreseen'];
    const type = mediaType(requestType);
    const media = requestBody.content[type];
    if (!media) return [`a request body of type ${type === '' ? 'nothing' : type}`];
    if (type !== 'application/json') return [];
    const value = fromJson(body ?? '');
    return value === undefined
      ? ['a request body that is no JSON']
      : this.#problems(media.schema, value, 'body');
  }

  #response({ responses }: Operation, exchange: Exchange): string[] {
    const { status, responseBody: body } = exchange;
    const foreseen = responses[String(status)] ?? responses[`${String(status)[0] ?? ''}XX`];
    if (!foreseen) return [`the status ${String(status)}`];
    if (!foreseen.content) return body ? [`a body with the status ${String(status)}`] : [];
    const type = mediaType(exchange.responseType);
    const media = foreseen.content[type];
    if (!media) return [`a response of type ${type === '' ? 'nothing' : type}`];
    if (!type.endsWith('json')) return [];
    const value = fromJson(body ?? '');
    return value === undefined
      ? ['a response that is no JSON']
      : this.#problems(media.schema, value, 'response');
  }

  #problems(schema: Json, value: unknown, what: string): string[] {
    let validate = this.#validators.get(schema);
    if (!validate) {
      // References are written from the root of the document.
      const text = JSON.stringify(schema).replaceAll('"$ref":"#/', `"$ref":"${documentId}#/`);
      validate = this.#ajv.compile(JSON.parse(text) as Json);
      this.#validators.set(schema, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${what}${instancePath} ${message ?? 'is wrong'} ${JSON.stringify(params)}`,
    );
  }
}

function route(method: string, path: string, operation: Operation): Route {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const pattern = path
    .split(/\{\w+\}/)
    .map((literal) => literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('([^/]+)');
  return {
    method: method.toUpperCase(),
    pattern: new RegExp(`^${pattern}$`),
    names,
    literals: path.replace(/\{\w+\}/g, '').length,
    operation,
  };
}

/** A text as the kind of value that the schema speaks of. */
function typed(given: readonly string[], { type }: Json): unknown {
  if (type === 'array') return given;
  const [first = ''] = given;
  return (type === 'integer' || type === 'number') && first !== '' ? Number(first) : first;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const mediaType = (header: string | null): string => (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
