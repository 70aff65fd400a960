import { z } from 'zod';
import { workflowDef, type WorkflowDef } from './workflows';
import { flag, label, listOf, number, text } from './wire';

export interface ProviderPrice {
  readonly zoom: number | null;
  /** credits for each km² */
  readonly priceSqKm: number;
}

/** A source of imagery that the account may use. */
export interface DataProvider {
  readonly id: string;
  /** The name that requests carry. */
  readonly name: string;
  readonly displayName: string;
  readonly price: readonly ProviderPrice[];
  readonly previewUrl: string | null;
  readonly previewUrlMaxZoom: number | null;
  /** km²; null where there is no minimum. */
  readonly minAreaSqKm: number | null;
}

export interface Team {
  readonly teamId: string | null;
  readonly name: string;
  readonly role: string | null;
  readonly creditsLimit: number | null;
}

/** The account behind a token. A limit of null is unknown: nothing is checked against it. */
export interface UserStatus {
  readonly userId: string | null;
  readonly email: string | null;
  /** CREDITS, AREA, NONE, or whatever the server says. */
  readonly billingType: string;
  readonly remainingCredits: number | null;
  /** m² */
  readonly processedArea: number | null;
  readonly remainingArea: number | null;
  readonly areaLimit: number | null;
  /** Polygons of one area; the parts of a MultiPolygon count. */
  readonly maxAoisPerProcessing: number | null;
  /** bytes */
  readonly memoryLimit: number | null;
  readonly models: readonly WorkflowDef[];
  readonly teams: readonly Team[];
  readonly dataProviders: readonly DataProvider[];
  readonly searchDataProviders: readonly DataProvider[];
  readonly reviewWorkflowEnabled: boolean;
}

const provider = z
  .looseObject({
    id: text,
    name: z.string(),
    displayName: text,
    price: listOf(z.looseObject({ zoom: number, priceSqKm: number })),
    previewUrl: text,
    previewUrlMaxZoom: number,
    minAreaSqKm: number,
    minAreaSqkm: number,
  })
  .transform((wire): DataProvider => ({
    ...wire,
    id: wire.id ?? wire.name,
    displayName: wire.displayName ?? wire.name,
    price: wire.price.map((price) => ({ zoom: price.zoom, priceSqKm: price.priceSqKm ?? 0 })),
    minAreaSqKm: wire.minAreaSqKm ?? wire.minAreaSqkm,
  }));

const team = z
  .looseObject({ teamId: text, name: label, role: text, creditsLimit: number })
  .transform((wire): Team => wire);

/** Zero stands for "no limit known" in the live service. */
const limit = number.transform((value) => (value === 0 ? null : value));

const billing = z
  .union([z.string(), z.number()])
  .nullish()
  .catch(null)
  .transform((value): string => {
    if (typeof value === 'number') return ['CREDITS', 'AREA', 'NONE'][value] ?? String(value);
    return value ? value.toUpperCase() : 'CREDITS';
  });

/** `GET /user/status`: the live service's flat form, and the reference's with its nested `user`. */
export const UserStatusResponse = z
  .looseObject({
    user: z.looseObject({ id: text, email: text, credits: number }).nullish().catch(null),
    email: text,
    billingType: billing,
    remainingCredits: number,
    processedArea: number,
    remainingArea: number,
    areaLimit: limit,
    maxAoisPerProcessing: limit,
    memoryLimit: limit,
    models: listOf(workflowDef),
    teams: listOf(team),
    dataProviders: listOf(provider),
    searchDataProviders: listOf(provider),
    reviewWorkflowEnabled: flag,
  })
  .refine(({ user, email }) => (user !== null && user !== undefined) || email !== null, {
    error: 'neither an e-mail address nor a user',
  })
  .transform(({ user, ...wire }): UserStatus => ({
    ...wire,
    userId: user?.id ?? null,
    email: wire.email ?? user?.email ?? null,
    remainingCredits: wire.remainingCredits ?? user?.credits ?? null,
    reviewWorkflowEnabled: wire.reviewWorkflowEnabled ?? false,
  }));
