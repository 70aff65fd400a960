import { z } from 'zod';
import { flag, label, listOf, moment, number, text } from './wire';

/** A step of a model; an optional one can be switched off, and has its own price. */
export interface Block {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly optional: boolean;
  /** credits for each km² */
  readonly price: number;
  /** False where the server lists the step but cannot do it. */
  readonly available: boolean;
  /** Why the server cannot do it, in its own words. */
  readonly reason?: string;
  /** West, south, east, north, degrees: where the server can do it; everywhere when absent. */
  readonly bounds?: readonly (readonly [number, number, number, number])[];
  /** Inference parameters that make up for what `reason` says is missing, such as `captured_at`. */
  readonly acceptsParams?: readonly string[];
}

/** A step switched on or off for one processing. */
export interface BlockChoice {
  readonly name: string;
  readonly enabled: boolean;
  readonly displayName: string;
}

/** A workflow definition: what the interface calls a model. */
export interface WorkflowDef {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** credits for each km², without optional blocks */
  readonly pricePerSqKm: number;
  readonly blocks: readonly Block[];
  readonly created: string | null;
  readonly updated: string | null;
  readonly styleName: string | null;
  /** False where the server lists the model but cannot run it. */
  readonly available: boolean;
}

const block = z
  .looseObject({
    name: z.string(),
    displayName: text,
    description: label,
    optional: flag,
    price: number,
    available: flag,
    reason: z.string().optional().catch(undefined),
    bounds: z
      .array(z.tuple([z.number(), z.number(), z.number(), z.number()]))
      .optional()
      .catch(undefined),
    acceptsParams: z.array(z.string()).optional().catch(undefined),
  })
  .transform((wire): Block => ({
    ...wire,
    displayName: wire.displayName ?? wire.name,
    optional: wire.optional ?? false,
    price: wire.price ?? 0,
    available: wire.available ?? true,
  }));

export const workflowDef = z
  .looseObject({
    id: z.string(),
    name: label,
    description: label,
    pricePerSqKm: number,
    blocks: listOf(block),
    created: moment,
    updated: moment,
    styleName: text,
    available: flag,
  })
  .transform((wire): WorkflowDef => ({
    ...wire,
    available: wire.available ?? true,
    pricePerSqKm:
      wire.pricePerSqKm ??
      wire.blocks.filter(({ optional }) => !optional).reduce((sum, { price }) => sum + price, 0),
  }))
  .meta({ id: 'WorkflowDef' });

export const blockChoice = z
  .looseObject({ name: z.string(), enabled: flag, displayName: text })
  .transform((wire): BlockChoice => ({
    ...wire,
    enabled: wire.enabled ?? false,
    displayName: wire.displayName ?? wire.name,
  }));

/** What a request says of an optional block. */
export const BlockRequest = z
  .strictObject({ name: z.string().min(1), enabled: z.boolean() })
  .meta({ id: 'BlockRequest' });
export type BlockRequest = z.infer<typeof BlockRequest>;
