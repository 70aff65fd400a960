import { afterAll, beforeAll, expect, test } from 'vitest';
import { isTerminal, type Processing } from '@shared/api';
import { AppError } from '@shared/errors';
import { threadTools } from '../../main/engine/nodeParts';
import { inProcessRunner } from '../../main/engine/tasks/inProcess';
import type { Task, TaskRunner } from '../../main/engine/tasks/types';
import { tinyTiff } from './geotiff';
import { fileFrom, startTestEngine, until, type TestEngine } from './support';

let it: TestEngine;
/** First rows of the parts that were worked on, in order. */
const worked: number[] = [];
let broken = true;

/** Works like the real one, but for one part while it is broken. */
function flaky(): TaskRunner {
  const real = inProcessRunner(threadTools());
  return {
    ...real,
    run: (task, options) => {
      const given: Task = task;
      if (given.kind !== 'detect') return real.run(task, options);
      worked.push(given.rows.from);
      if (broken && given.rows.from > 0) return Promise.reject(new AppError('engine.thread_ended'));
      return real.run(task, options);
    },
  };
}

beforeAll(async () => {
  it = await startTestEngine({ runner: flaky() });
});
afterAll(() => it.stop());

test.each(['reference', 'live'] as const)(
  'a restart as the %s says it does the failed parts again, and no others',
  async (dialect) => {
    broken = true;
    worked.length = 0;
    const client = it.clientWith({ dialect, retries: 2 });
    const { imageId } = await client.images.createMosaicAndUpload(
      { name: 'tall' },
      fileFrom(tinyTiff({ width: 1200, height: 5000, pixel: 0.3 })),
    );
    const models = (await client.user.status()).models;
    const created = await client.processings.create({
      name: 'restarted',
      projectId: (await client.projects.default()).id,
      wdId: models.find(({ name, available }) => available && name.includes('Forest'))!.id,
      geometry: (await client.images.get(imageId ?? '')).footprint!,
      params: { sourceParams: { myImagery: { imageIds: [imageId ?? ''] } } },
    });
    const ended = (): Promise<Processing> =>
      until(
        () => client.processings.get(created.id),
        ({ status }) => isTerminal(status),
      );
    const failed = await ended();
    expect(failed).toMatchObject({ status: 'FAILED', messages: [{ code: 'engine.ThreadEnded' }] });
    expect(failed.percentCompleted).toBeGreaterThan(0);
    const parts = [...worked];
    expect(parts.length).toBeGreaterThan(1);

    broken = false;
    worked.length = 0;
    await client.processings.restart(created.id);
    expect(await ended()).toMatchObject({ status: 'OK', percentCompleted: 100, cost: created.cost });
    expect([...worked].sort((a, b) => a - b)).toEqual(parts.filter((from) => from > 0).sort((a, b) => a - b));
    await expect(client.processings.restart(created.id)).rejects.toMatchObject({
      kind: 'api.engine_not_restartable',
    });
  },
);
