import { randomUUID } from 'node:crypto';
import { AppError } from '@shared/errors';
import type { Finding } from '@shared/ipc/types';
import type { ChunkRecord, UploadRecord } from '@shared/library/records';
import type { ReductionCodec } from '@shared/tiff/reduce';
import { findDuplicates } from './duplicates';
import { newUpload } from './newUpload';
import type { PlanLimits } from './ports';
import { totalBytes } from './findings';
import { preflight, type PreflightFacts } from './preflight';
import { groundPixelSize } from './pixelSize';
import { planAndWeigh } from './reducing';
import type { UploadsPorts } from './uploads';
import { isFinished } from './view';

export interface PreviewUpload {
  readonly accountId: string;
  readonly path: string;
  readonly mosaicId: string | null;
  /** bytes; default 64 MiB */
  readonly targetBytes?: number | undefined;
  /** Whether and how the raster is reduced to what the API needs. */
  readonly reduce?: ReductionCodec | null | undefined;
}

export interface StartUpload {
  readonly accountId: string;
  readonly path: string;
  readonly mosaic: MosaicChoice;
  /** bytes; default 64 MiB */
  readonly targetBytes?: number | undefined;
  readonly reduce?: ReductionCodec | null | undefined;
}

/** One that exists, or a new one; uploads that name the same tag share it. */
export type MosaicChoice = { readonly id: string } | { readonly name: string; readonly tag?: string };

export interface UploadPreview {
  readonly chunkCount: number;
  readonly skippedCount: number;
  readonly totalBytes: number;
  readonly verbatim: boolean;
  readonly exact: boolean;
  readonly findings: readonly Finding[];
}

const usualTarget = 64 * 1024 * 1024;
/** ms to wait for a server's word on what it has room for */
const quotaPatienceMs = 5_000;

/** Marks a mosaic that is made for an upload, or for several that begin together. */
export const newMosaicTag = (): string => `orthodesk-${randomUUID().slice(0, 13)}`;

/** What happens before an upload is in the queue: it is looked at, checked and planned. Nothing is written here. */
export class Starting {
  readonly #ports: UploadsPorts;

  constructor(ports: UploadsPorts) {
    this.#ports = ports;
  }

  /** What an upload would be, and what stands against it. */
  async preview(wanted: PreviewUpload, signal: AbortSignal): Promise<UploadPreview> {
    const { accountId, path, mosaicId, targetBytes = usualTarget, reduce = null } = wanted;
    const source = await this.#ports.openSource(path);
    try {
      const limits = this.#limits(accountId, targetBytes);
      const { plan, reduced } = await planAndWeigh(source, limits, reduce, signal);
      const server = this.#ports.serverOf(accountId);
      // A server that does not answer now is no reason not to show the rest.
      const images = mosaicId ? await server.images(mosaicId, signal).catch(() => []) : [];
      const mosaicName = mosaicId ? await server.mosaicName(mosaicId, signal).catch(() => null) : null;
      const facts: PreflightFacts = {
        raster: source.description,
        groundPixelSize: groundPixelSize(source.description),
        plan,
        reduced,
        isReduced: reduce !== null,
        images,
        mosaicName,
        duplicates: await findDuplicates(source, plan, images, signal),
        uploadedBefore: this.#uploadedBefore(accountId, source.identity.hash),
        ...(await this.#room(accountId)),
        models: this.#ports.modelsOf?.(accountId) ?? [],
      };
      return {
        chunkCount: plan.chunks.length,
        skippedCount: plan.skipped.length,
        totalBytes: totalBytes(plan),
        verbatim: plan.chunks.every((chunk) => chunk.verbatim),
        exact: plan.chunks.every((chunk) => chunk.exact),
        findings: preflight(facts),
      };
    } finally {
      await source.close();
    }
  }

  /**
   * The first entries of an upload, or the one of the same file into the same mosaic that has not ended. Throws the first
   * finding that stands against it, `tiff.*`, `rasters.*`.
   */
  async plan(
    wanted: StartUpload,
  ): Promise<
    { readonly known: UploadRecord } | { readonly upload: UploadRecord; readonly chunks: ChunkRecord[] }
  > {
    const { accountId, path, mosaic } = wanted;
    const { signal } = new AbortController();
    const { reduce = null } = wanted;
    const unreduced = this.#limits(accountId, wanted.targetBytes ?? usualTarget);
    const source = await this.#ports.openSource(path);
    try {
      const { identity, description: raster } = source;
      const known = this.#underWay(wanted, identity.hash, unreduced);
      if (known) return { known };
      const reduction = reduce && (await source.reduction(reduce, signal));
      const limits = { ...unreduced, reduction };
      const plan = await source.plan(limits, signal);
      const against = preflight({
        raster,
        groundPixelSize: null,
        plan,
        reduced: null,
        isReduced: reduce !== null,
        images: [],
        mosaicName: null,
        duplicates: [],
        uploadedBefore: null,
        ...(await this.#room(accountId)),
        models: [],
      }).find((finding) => finding.level === 'stop');
      if (against) throw new AppError(against.kind, against.params);
      const name =
        'name' in mosaic ? mosaic.name : await this.#ports.serverOf(accountId).mosaicName(mosaic.id, signal);
      return newUpload({
        id: randomUUID(),
        accountId,
        path,
        mosaic: {
          id: 'id' in mosaic ? mosaic.id : null,
          name,
          tag: ('tag' in mosaic ? mosaic.tag : undefined) ?? newMosaicTag(),
        },
        identity,
        plan,
        limits,
        position: Math.max(0, ...this.#ports.ledger.list().map((other) => other.position)) + 1,
        createdAt: new Date().toISOString(),
      });
    } finally {
      await source.close();
    }
  }

  /** The upload of this very file into this very mosaic that has not ended. */
  #underWay(wanted: StartUpload, hash: string, limits: PlanLimits): UploadRecord | undefined {
    const { accountId, path, mosaic } = wanted;
    return this.#ports.ledger
      .list()
      .find(
        (upload) =>
          !isFinished(upload) &&
          upload.accountId === accountId &&
          upload.path === path &&
          upload.sourceHash === hash &&
          upload.targetBytes === limits.targetBytes &&
          (upload.reduction?.codec ?? null) === (wanted.reduce ?? null) &&
          ('id' in mosaic ? upload.mosaicId === mosaic.id : upload.mosaicName === mosaic.name),
      );
  }

  /** The mosaic that holds the same pixels already, as far as this computer remembers. */
  #uploadedBefore(accountId: string, hash: string): string | null {
    const before = this.#ports.ledger
      .list()
      .find(
        (upload) => upload.accountId === accountId && upload.sourceHash === hash && upload.state === 'done',
      );
    return before?.mosaicName ?? null;
  }

  /** Null where the server does not say at once: then it will say so itself. */
  async #room(
    accountId: string,
  ): Promise<{ readonly freeBytes: number | null; readonly localFreeBytes: number | null }> {
    const soon = AbortSignal.timeout(quotaPatienceMs);
    const [freeBytes, localFreeBytes] = await Promise.all([
      this.#ports
        .serverOf(accountId)
        .freeStorage(soon)
        .catch(() => null),
      this.#ports.localFreeBytes?.(accountId).catch(() => null) ?? null,
    ]);
    return { freeBytes, localFreeBytes };
  }

  #limits(accountId: string, targetBytes: number): PlanLimits {
    const { maxBytes, maxSide } = this.#ports.limitsOf(accountId);
    return { targetBytes: Math.min(targetBytes, maxBytes), maxBytes, maxSide };
  }
}
