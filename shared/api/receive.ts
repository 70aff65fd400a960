import type { z } from 'zod';

/** Objects of these names belong to the caller: what is in them is not looked at. */
const opaque: ReadonlySet<string> = new Set(['geometry', 'aoi', 'meta', 'features', 'inferenceParams']);
const deepest = 16;

export type Received<Value> =
  | { readonly ok: true; readonly value: Value }
  | {
      readonly ok: false;
      readonly issues: readonly { readonly path: readonly string[]; readonly message: string }[];
    };

/**
 * Reads a request by the schema that is strict for those who send it, as servers do: fields that are null count as
 * absent and unknown ones are passed over (working clients send both).
 */
export function receive<Schema extends z.ZodType>(schema: Schema, body: unknown): Received<z.output<Schema>> {
  const given = withoutNulls(body, 0);
  let parsed = schema.safeParse(given);
  // Each round takes out what one level of strict objects did not know.
  for (let round = 0; !parsed.success && round < deepest; round++) {
    const unknown = parsed.error.issues.filter((issue) => issue.code === 'unrecognized_keys');
    if (unknown.length === 0) break;
    for (const issue of unknown) {
      for (const key of issue.keys) remove(given, [...issue.path, key]);
    }
    parsed = schema.safeParse(given);
  }
  if (parsed.success) return { ok: true, value: parsed.data };
  return {
    ok: false,
    issues: parsed.error.issues.map((issue) => ({ path: issue.path.map(String), message: issue.message })),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutNulls(value: unknown, depth: number): unknown {
  if (depth > deepest) return undefined;
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, depth + 1));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, opaque.has(key) ? item : withoutNulls(item, depth + 1)]),
  );
}

function remove(root: unknown, path: readonly PropertyKey[]): void {
  let holder = root;
  for (const key of path.slice(0, -1)) {
    holder = Array.isArray(holder) ? holder[Number(key)] : isRecord(holder) ? holder[String(key)] : undefined;
  }
  const last = path[path.length - 1];
  if (isRecord(holder) && last !== undefined) delete holder[String(last)];
}
