import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from 'hono';
import type { z } from 'zod';
import { receive } from '@shared/api';
import { InvalidBody, ServiceError } from './serviceError';

/** bytes of a JSON request; an area of a hundred thousand corners has some four million */
const longestBody = 32 * 1024 * 1024;

export interface EngineEnv {
  readonly Bindings: { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse };
}

export type EngineContext = Context<EngineEnv>;

/** The request's JSON by the schema of the endpoint. Throws `InvalidBody`, or 413 for a body without end. */
export async function readBody<Schema extends z.ZodType>(
  context: EngineContext,
  schema: Schema,
): Promise<z.output<Schema>> {
  const text = await readText(context.env.incoming);
  let value: unknown;
  try {
    value = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    throw new InvalidBody([{ path: [], message: 'the body is not JSON' }]);
  }
  const received = receive(schema, value);
  if (!received.ok) throw new InvalidBody(received.issues);
  return received.value;
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming) {
    const bytes = part as Buffer;
    size += bytes.length;
    if (size > longestBody) throw new ServiceError(413, 'BAD_REQUEST', {}, 'the body is too large');
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** A query parameter, by the rule of a field. Throws `InvalidBody`. */
export function readQuery<Schema extends z.ZodType>(
  context: EngineContext,
  name: string,
  schema: Schema,
): z.output<Schema> {
  const parsed = schema.safeParse(context.req.query(name));
  if (!parsed.success) {
    throw new InvalidBody([{ path: [name], message: parsed.error.issues[0]?.message ?? 'invalid' }]);
  }
  return parsed.data;
}

/** A path parameter; ids of another form simply name nothing. */
export function pathParam(context: EngineContext, name: string): string {
  return context.req.param(name) ?? '';
}
