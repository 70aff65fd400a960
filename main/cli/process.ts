import { m } from '@shared/i18n';
import { copyFile, readFile } from 'node:fs/promises';
import { AppError } from '@shared/errors';
import { aoiSchema, type Draft } from '@shared/ipc/contract';
import type { Aoi, Model, Processing } from '@shared/ipc/types';
import type { Services } from '../services';
import { accountNamed, withServices, type DeskOptions } from './desk';
import { ProgressLine, say, sayJson } from './output';

export interface ProcessOptions extends DeskOptions {
  readonly profile?: string;
  readonly mosaic: string;
  readonly model: string;
  readonly aoi?: string;
  readonly name?: string;
  /** Credits that may be spent; without it only the price is told. */
  readonly price?: number;
  readonly out?: string;
  /** Names of options of the model that are switched on. */
  readonly option?: readonly string[];
  /** When the imagery was taken, ISO 8601 with its zone. */
  readonly capturedAt?: string;
  /** Files to register for the local engine's options. */
  readonly localData?: readonly string[];
  readonly json?: boolean;
}

/** ms between two looks at a processing */
const pollMs = { local: 1_000, remote: 30_000 };

/** Prices a processing and, where the price is agreed to, runs it and keeps its result; returns the exit code. */
export async function runProcessing(options: ProcessOptions): Promise<number> {
  return withServices(options, async (services) => {
    if (options.localData) services.localData.add(options.localData);
    const accountId = await accountNamed(services, options.profile);
    services.accounts.activate(accountId);
    await services.status.refresh();
    const draft = await draftOf(services, accountId, options);
    const quote = await services.processings.price(accountId, draft);
    const squareKilometres = (quote.area / 1e6).toFixed(3);
    const cost = quote.credits === null ? m.cli_not_billed() : m.cli_credits({ credits: quote.credits });
    if (quote.credits !== null && options.price !== quote.credits) {
      if (options.json) sayJson({ quote });
      else say(m.cli_priced({ area: squareKilometres, cost, credits: quote.credits }));
      return options.price === undefined ? 0 : 1;
    }
    const created = await services.processings.create(accountId, draft, quote.credits);
    const ended = await untilKept(services, created);
    if (options.out && ended.resultState === 'ready') {
      await copyFile(services.processings.resultFile(ended.id), options.out);
    }
    if (options.json) sayJson({ processing: ended });
    else {
      const { name, status, result } = ended;
      say(m.cli_processed({ name, status, count: result?.featureCount ?? 0, cost }));
    }
    return ended.resultState === 'ready' ? 0 : 1;
  });
}

async function draftOf(services: Services, accountId: string, options: ProcessOptions): Promise<Draft> {
  const mosaics = await services.mosaics.list(accountId);
  const mosaic = mosaics.find(({ id, name }) => id === options.mosaic || name === options.mosaic);
  if (!mosaic) throw new AppError('cli.no_such_mosaic', { name: options.mosaic });
  const { models } = services.status.current();
  const word = options.model.toLowerCase();
  const model = models.find(({ id, name }) => id === options.model || name.toLowerCase().includes(word));
  if (!model) throw new AppError('cli.no_such_model', { name: options.model });
  const aoi = options.aoi
    ? await readAoi(options.aoi)
    : await services.mosaics.footprint(accountId, mosaic.id);
  const checked = aoiSchema.safeParse(aoi);
  if (!checked.success) throw new AppError('cli.bad_area', { path: options.aoi ?? '' });
  return {
    name: options.name ?? m.cli_processing_name({ model: model.name, mosaic: mosaic.name }),
    projectId: null,
    modelId: model.id,
    blocks: (options.option ?? []).map((wanted) => ({ name: blockNamed(wanted, model), enabled: true })),
    source: { kind: 'mosaic', mosaicId: mosaic.id },
    aoi: checked.data,
    ...(options.capturedAt === undefined ? {} : { capturedAt: inUtc(options.capturedAt) }),
  };
}

/** An ISO 8601 time as UTC. Throws `cli.bad_time` for what is no time or does not say in which zone. */
export function inUtc(text: string): string {
  const told = text.trim();
  const time = /(?:Z|[+-]\d\d:?\d\d)$/i.test(told) ? new Date(told) : null;
  if (!time || Number.isNaN(time.getTime())) throw new AppError('cli.bad_time', { text });
  return time.toISOString();
}

function blockNamed(wanted: string, model: Model): string {
  const optional = model.blocks.filter((block) => block.optional);
  const found = optional.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  const names = optional.map(({ name }) => name).join(', ');
  if (!found) throw new AppError('cli.no_such_option', { name: wanted, model: model.name, names });
  return found.name;
}

/** A geometry, a feature, or a collection whose polygons together are the area. */
async function readAoi(path: string): Promise<Aoi> {
  interface Json {
    readonly type?: string;
    readonly coordinates?: unknown;
    readonly geometry?: Json;
    readonly features?: readonly Json[];
  }
  const parts = (json: Json | undefined): unknown[] => {
    if (json?.type === 'Polygon') return [json.coordinates];
    if (json?.type === 'MultiPolygon') return json.coordinates as unknown[];
    if (json?.type === 'Feature') return parts(json.geometry);
    return (json?.features ?? []).flatMap(parts);
  };
  try {
    const coordinates = parts(JSON.parse(await readFile(path, 'utf8')) as Json);
    return { type: 'MultiPolygon', coordinates } as Aoi;
  } catch (cause) {
    throw new AppError('cli.bad_area', { path }, { cause });
  }
}

async function untilKept(services: Services, created: Processing): Promise<Processing> {
  const progress = new ProgressLine();
  const { processings, accounts } = services;
  const pause = accounts.record(created.accountId).kind === 'local' ? pollMs.local : pollMs.remote;
  for (;;) {
    await processings.refresh(created.accountId);
    await processings.idle();
    const now = processings.get(created.id);
    progress.show(now.percent / 100, `${now.name}  ${now.status}`);
    const over = now.status === 'OK' ? now.resultState !== 'fetching' : isOver(now.status);
    if (over) {
      progress.clear();
      return now;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function isOver(status: Processing['status']): boolean {
  return status === 'FAILED' || status === 'CANCELLED' || status === 'REFUNDED';
}
