import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { onnxNetworks } from '../../../main/engine/networks';
import { explainSkip } from '../../support/data';
import { paint } from './scenes';

const program = fileURLToPath(new URL('../../../build/training/smoke.py', import.meta.url));
const python = '/usr/bin/python3';

const cannotTrain = spawnSync(python, ['-c', 'import torch, numpy; from osgeo import gdal']).status !== 0;
if (cannotTrain)
  explainSkip('the smoke run of the training', 'python3-torch or python3-gdal is not installed');

test.skipIf(cannotTrain)(
  'a few steps of training lower the loss, are taken up again, and give weights that run',
  { timeout: 60_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'training-'));
    try {
      const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', OMP_NUM_THREADS: '1' };
      const run = spawnSync(python, [program, folder], { encoding: 'utf8', env });
      expect(run.stdout).toMatch(/loss [\d.]+ to [\d.]+; checkpoint of step 24/);
      expect(run.status).toBe(0);
      const picture = paint(70, 41, (x, y) =>
        x > 20 && x < 40 && y > 10 && y < 30 ? [200, 200, 190] : [70, 75, 70],
      );
      const packed = await onnxNetworks(folder).run('smoke', picture);
      expect(packed).toHaveLength(70 * 41);
      expect(packed.some((value) => value > 0)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
