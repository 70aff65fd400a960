import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { m } from '@shared/i18n';
import { AppError } from '@shared/errors';
import { OverviewBuild, type BuiltOverviews } from '../overviews';
import { openFile } from '../rasters';
import { overviewThreads } from '../workers/overviewThreads';
import { bytes, errorObject, ProgressLine, say, sayError, sayJson } from './output';

export interface OverviewsOptions {
  readonly out?: string;
  readonly json?: boolean;
  readonly threads?: number;
  readonly quality?: number;
  readonly lossless?: boolean;
}

/** Builds the overviews of each file beside it, or where `out` says; returns the exit code. */
export async function overviews(files: readonly string[], options: OverviewsOptions): Promise<number> {
  if (options.out && files.length > 1) throw new AppError('cli.one_file_for_out');
  let failures = 0;
  for (const file of files) {
    try {
      const started = performance.now();
      const built = await build(file, options);
      const seconds = (performance.now() - started) / 1000;
      if (options.json) sayJson({ file, ...facts(built), seconds: Number(seconds.toFixed(3)) });
      else say(inWords(file, built, seconds));
    } catch (error) {
      failures++;
      if (options.json) sayJson({ file, error: errorObject(error) });
      else sayError(error, file);
    }
  }
  return failures === 0 ? 0 : 1;
}

async function build(file: string, options: OverviewsOptions): Promise<BuiltOverviews> {
  // What an earlier call built is built anew.
  const without = ['.ovr'];
  const opened = await openFile(file, without);
  const progress = new ProgressLine();
  const { quality, lossless } = options;
  try {
    const work = new OverviewBuild({
      raster: opened.raster,
      source: { path: resolve(file), ...opened.identity },
      without,
      target: resolve(options.out ?? `${file}.ovr`),
      startThread: overviewThreads(join(__dirname, '..', 'main', 'overview-thread.cjs')),
      threads: options.threads ?? availableParallelism(),
      wishes: { ...(quality === undefined ? {} : { quality }), ...(lossless ? { lossless } : {}) },
      onProgress: ({ share }) => progress.show(share, file),
    });
    const interrupt = (): void => work.stop();
    process.once('SIGINT', interrupt);
    try {
      return await work.run();
    } finally {
      process.off('SIGINT', interrupt);
    }
  } finally {
    progress.clear();
    await opened.close();
  }
}

function facts({ target, plan, bytes: size, damaged, resumed }: BuiltOverviews) {
  return {
    overviews: target,
    levels: plan.levels.map(({ width, height }) => [width, height]),
    codec: plan.coding.codec,
    bytes: size,
    damaged,
    resumed,
  };
}

function inWords(
  file: string,
  { target, plan, bytes: size, damaged }: BuiltOverviews,
  seconds: number,
): string {
  const levels = plan.levels.map(({ width, height }) => `${width} x ${height}`).join(', ');
  const line = m.cli_overviews_built({
    file,
    levels,
    path: target,
    size: bytes(size),
    seconds: seconds.toFixed(1),
  });
  return damaged > 0 ? `${line} ${m.cli_overviews_damaged({ count: damaged })}` : line;
}
