import { z } from 'zod';
import { GeometrySchema, footprint, type Geometry } from './geometry';
import { sourceFromV1, sourceParams, SourceParamsRequest, V1Params, type SourceParams } from './sources';
import { bodyList, id, label, listOf, maybe, moment, number, pageOf, record, text } from './wire';
import { BlockRequest, blockChoice, workflowDef, type BlockChoice, type WorkflowDef } from './workflows';

export const processingStatuses = [
  'UNPROCESSED',
  'IN_PROGRESS',
  'AWAITING',
  'OK',
  'FAILED',
  'CANCELLED',
  'REFUNDED',
] as const;
/** One of the seven, or whatever a newer server says: shown as it is, treated as running. */
export type ProcessingStatus = (typeof processingStatuses)[number] | (string & {});

export const reviewStatuses = ['ACCEPTED', 'NOT_ACCEPTED', 'REFUNDED', 'IN_REVIEW'] as const;
export type ReviewStatus = (typeof reviewStatuses)[number] | (string & {});

const terminal: readonly string[] = ['OK', 'FAILED', 'CANCELLED', 'REFUNDED'];

/** True when the status will not change by itself. */
export function isTerminal(status: ProcessingStatus): boolean {
  return terminal.includes(status);
}

/** True when there is nothing left to poll for: ended, and not waiting for the service's answer to a rejection. */
export function isSettled(processing: Pick<Processing, 'status' | 'review'>): boolean {
  return isTerminal(processing.status) && processing.review?.status !== 'NOT_ACCEPTED';
}

const name = z.string().min(1).max(255);
const description = z.string().max(10_000);
const meta = z.record(z.string(), z.unknown());

/** Requests name the model by id or by name. */
export const CreateProcessingRequest = z
  .strictObject({
    name,
    projectId: id,
    wdId: id.optional(),
    wdName: z.string().min(1).optional(),
    geometry: GeometrySchema,
    params: z.strictObject({
      sourceParams: SourceParamsRequest,
      inferenceParams: z.record(z.string(), z.unknown()).optional(),
    }),
    blocks: z.array(BlockRequest).optional(),
    description: description.optional(),
    meta: meta.optional(),
  })
  .refine(({ wdId, wdName }) => wdId !== undefined || wdName !== undefined, {
    error: 'wdId or wdName is expected',
  });
export type CreateProcessingRequest = z.input<typeof CreateProcessingRequest>;

/** The old flat form: `params` is a map of strings. */
export const CreateProcessingV1Request = z
  .strictObject({
    name,
    projectId: id.optional(),
    wdId: id.optional(),
    wdName: z.string().min(1).optional(),
    geometry: GeometrySchema,
    params: V1Params.optional(),
    blocks: z.array(BlockRequest).optional(),
    description: description.optional(),
    meta: meta.optional(),
  })
  .refine(({ wdId, wdName }) => wdId !== undefined || wdName !== undefined, {
    error: 'wdId or wdName is expected',
  });
export type CreateProcessingV1Request = z.input<typeof CreateProcessingV1Request>;

export const CostRequest = z
  .strictObject({
    wdId: id.optional(),
    wdName: z.string().min(1).optional(),
    geometry: GeometrySchema.optional(),
    areaSqKm: z.number().positive().optional(),
    params: z
      .strictObject({
        sourceParams: SourceParamsRequest.optional(),
        inferenceParams: z.record(z.string(), z.unknown()).optional(),
      })
      .optional(),
    blocks: z.array(BlockRequest).optional(),
  })
  .refine(({ wdId, wdName }) => wdId !== undefined || wdName !== undefined, {
    error: 'wdId or wdName is expected',
  })
  .refine(({ geometry, areaSqKm }) => geometry !== undefined || areaSqKm !== undefined, {
    error: 'geometry or areaSqKm is expected',
  });
export type CostRequest = z.input<typeof CostRequest>;

/** Credits. Some servers write the number as a string. */
export const CostResponse = z
  .union([z.number(), z.string()])
  .transform(Number)
  .refine((cost) => Number.isFinite(cost) && cost >= 0, { error: 'a price is expected' });

export const UpdateProcessingRequest = z
  .strictObject({
    name: name.optional(),
    description: description.optional(),
    projectId: id.optional(),
  })
  .meta({ id: 'UpdateProcessingRequest' });
export type UpdateProcessingRequest = z.infer<typeof UpdateProcessingRequest>;

export const RateRequest = z.strictObject({ rating: z.int().min(1).max(5), feedback: z.string().optional() });
export type RateRequest = z.infer<typeof RateRequest>;

/** A rejection says why, and may show where. */
export const RejectRequest = z.strictObject({
  comment: z.string().min(1),
  features: z
    .object({ type: z.literal('FeatureCollection'), features: z.array(z.record(z.string(), z.unknown())) })
    .optional(),
});
export type RejectRequest = z.infer<typeof RejectRequest>;

export const processingSortFields = [
  'SCENARIO',
  'NAME',
  'PROJECT',
  'EMAIL',
  'CREATED',
  'STATUS',
  'PROGRESS',
  'COMPLETED',
  'COST',
  'AREA',
  'PROVIDER',
] as const;

export const ProcessingsPageRequest = z.strictObject({
  limit: z.int().min(1).max(1000).default(30),
  offset: z.int().min(0).default(0),
  terms: z.string().optional(),
  sortBy: z.enum(processingSortFields).default('CREATED'),
  sortOrder: z.enum(['ASC', 'DESC']).default('DESC'),
});
export type ProcessingsPageRequest = z.input<typeof ProcessingsPageRequest>;

/** Where a result's tiles are served; URLs are templates with {z}/{x}/{y} or {-y}. */
export interface TileLayer {
  readonly id: string | null;
  readonly tileUrl: string | null;
  readonly tileJsonUrl: string | null;
}

/** Why something failed, by code; `shared/api/errors` makes a sentence of it. */
export interface ProcessingMessage {
  readonly code: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Review {
  readonly status: ReviewStatus;
  /** ISO 8601; until then the user can accept or reject. */
  readonly inReviewUntil: string | null;
  readonly feedback: string | null;
}

export interface Processing {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly projectId: string | null;
  readonly status: ProcessingStatus;
  /** 0–100 */
  readonly percentCompleted: number;
  readonly workflowDef: WorkflowDef | null;
  readonly blocks: readonly BlockChoice[];
  readonly aoiCount: number | null;
  /** m² */
  readonly aoiArea: number | null;
  readonly area: number | null;
  /** credits */
  readonly cost: number | null;
  readonly created: string | null;
  readonly updated: string | null;
  readonly source: SourceParams | null;
  readonly inferenceParams: Readonly<Record<string, unknown>> | null;
  readonly messages: readonly ProcessingMessage[];
  readonly rasterLayer: TileLayer | null;
  readonly vectorLayer: TileLayer | null;
  readonly resultRasterLayer: TileLayer | null;
  readonly review: Review | null;
  readonly rating: { readonly rating: number | null; readonly feedback: string | null } | null;
  readonly meta: Readonly<Record<string, unknown>>;
}

const tileLayer = maybe(
  z.looseObject({ id: text, tileUrl: text, tileJsonUrl: text }).transform((wire): TileLayer => wire),
);

function asTexts(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

/** Parameters come as `parameters` or `params`, their values as strings mostly. */
export const processingMessage = z
  .looseObject({ code: text, message: text, parameters: record, params: record })
  .transform((wire): ProcessingMessage => ({
    code: wire.code ?? 'UNKNOWN',
    parameters: {
      ...asTexts(wire.params),
      ...asTexts(wire.parameters),
      ...(wire.message === null ? {} : { message: wire.message }),
    },
  }));

/** A string in the reference, an object in the live service. */
const review = z
  .union([z.string(), z.looseObject({ reviewStatus: text, inReviewUntil: moment, feedback: text })])
  .nullish()
  .catch(null)
  .transform((wire): Review | null => {
    if (!wire) return null;
    if (typeof wire === 'string') return { status: wire, inReviewUntil: null, feedback: null };
    const { reviewStatus, inReviewUntil, feedback } = wire;
    return reviewStatus === null ? null : { status: reviewStatus, inReviewUntil, feedback };
  });

/** v2 nests the source, v1 has a flat map of strings. */
const params = z
  .looseObject({ sourceParams, inferenceParams: maybe(z.record(z.string(), z.unknown())) })
  .nullish()
  .catch(null);

/** Secrets that the service echoes are taken out before anything else sees the value. */
function withoutSecrets(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(withoutSecrets);
  if (given === null || typeof given !== 'object') return given;
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, value]): [string, unknown][] =>
      /password|secret|token/i.test(key) ? [] : [[key, withoutSecrets(value)]],
    ),
  );
}

/** v1 and v2, reference and live. */
export const ProcessingResponse = z
  .looseObject({
    id: z.string(),
    name: label,
    description: label,
    projectId: text,
    status: label,
    percentCompleted: number,
    workflowDef: maybe(workflowDef),
    blocks: listOf(blockChoice),
    aoiCount: number,
    aoiArea: number,
    area: number,
    cost: number,
    created: moment,
    updated: moment,
    params,
    messages: listOf(processingMessage),
    rasterLayer: tileLayer,
    vectorLayer: tileLayer,
    resultRasterLayer: tileLayer,
    reviewStatus: review,
    rating: maybe(z.looseObject({ rating: number, feedback: text })),
    meta: record,
  })
  .transform(({ params: given, reviewStatus, ...wire }): Processing => ({
    ...wire,
    percentCompleted: Math.min(100, Math.max(0, wire.percentCompleted ?? 0)),
    source: given?.sourceParams ?? (given ? sourceFromV1(given) : null),
    inferenceParams: given?.inferenceParams ?? null,
    review: reviewStatus,
    meta: withoutSecrets(wire.meta) as Readonly<Record<string, unknown>>,
  }))
  .meta({ id: 'Processing' });

export const ProcessingsResponse = bodyList(ProcessingResponse);
export const ProcessingsPageResponse = pageOf(ProcessingResponse);

/** One polygon of a processing's area, with its own progress. */
export interface Aoi {
  readonly id: string;
  readonly status: ProcessingStatus;
  readonly percentCompleted: number;
  /** m² */
  readonly area: number | null;
  readonly messages: readonly ProcessingMessage[];
  readonly geometry: Geometry | null;
}

const aoi = z
  .looseObject({
    id: z.string(),
    status: label,
    percentCompleted: number,
    area: number,
    messages: listOf(processingMessage),
    geometry: footprint,
  })
  .transform((wire): Aoi => ({ ...wire, percentCompleted: wire.percentCompleted ?? 0 }));

export const AoisResponse = bodyList(aoi);

/** Nothing but success is expected; some servers answer with the entity, some with nothing. */
export const AcknowledgedResponse = z.unknown().transform((): void => undefined);
