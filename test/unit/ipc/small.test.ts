import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Processing, Upload } from '@shared/ipc/types';
import { expect, test } from 'vitest';
import { appHandlers } from '../../../main/ipc/app';
import { resultsHandlers, type ResultsPort } from '../../../main/ipc/results';
import { readSettings, settingsHandlers } from '../../../main/ipc/settings';
import { tasksOf } from '../../../main/ipc/tasks';

test('settings come back as they were set, and junk in the library is no setting', () => {
  const kept = new Map<string, unknown>([
    ['theme', 'purple'],
    ['layout', 'flat'],
  ]);
  const store = {
    get: (key: string) => kept.get(key) ?? null,
    set: (key: string, value: unknown) => void kept.set(key, value),
  };
  expect(readSettings(store)).toEqual({ theme: 'system', layout: {} });
  const themes: string[] = [];
  const handlers = settingsHandlers(store, (theme) => themes.push(theme));
  expect(handlers['settings.update']({ theme: 'dark', layout: { left: 300 } })).toEqual({
    theme: 'dark',
    layout: { left: 300 },
  });
  expect(handlers['settings.update']({ layout: { left: 10 } })).toEqual({
    theme: 'dark',
    layout: { left: 10 },
  });
  expect(handlers['settings.get'](undefined)).toEqual({ theme: 'dark', layout: { left: 10 } });
  expect(themes).toEqual(['dark']);
});

test('only a file that is there is shown in its folder', async () => {
  const shown: string[] = [];
  const handlers = appHandlers({
    info: {} as never,
    recentLog: () => [],
    openExternal: async () => undefined,
    showInFolder: (path) => shown.push(path),
  });
  const path = join(mkdtempSync(join(tmpdir(), 'orthodesk-app-')), 'x.gpkg');
  await expect(Promise.resolve(handlers['app.showInFolder']({ path }))).rejects.toMatchObject({
    kind: 'app.file_missing',
    params: { name: 'x.gpkg' },
  });
  writeFileSync(path, '');
  await handlers['app.showInFolder']({ path });
  expect(shown).toEqual([path]);
});

test('a result is written where the user says, under a name that every system takes', async () => {
  const calls: string[] = [];
  const suggested: string[] = [];
  const results: Partial<ResultsPort> = {
    exportGeoJson: async (path, to) => void calls.push(`geojson ${path} ${to}`),
    exportGeoPackage: async (path, to) => void calls.push(`gpkg ${path} ${to}`),
  };
  let answer: string | null = '/home/me/trees';
  const handlers = resultsHandlers({
    results: results as ResultsPort,
    fileOf: (id) => `/kept/${id}.gpkg`,
    processing: () => ({ name: 'Trees / "2026"?' }) as Processing,
    chooseTarget: async (name) => {
      suggested.push(name);
      return answer;
    },
  });
  expect(await handlers['results.export']({ processingId: 'p', format: 'geojson' })).toBe(
    '/home/me/trees.geojson',
  );
  answer = '/home/me/trees.gpkg';
  expect(await handlers['results.export']({ processingId: 'p', format: 'gpkg' })).toBe('/home/me/trees.gpkg');
  answer = null;
  expect(await handlers['results.export']({ processingId: 'p', format: 'gpkg' })).toBeNull();
  expect(calls).toEqual([
    'geojson /kept/p.gpkg /home/me/trees.geojson',
    'gpkg /kept/p.gpkg /home/me/trees.gpkg',
  ]);
  expect(suggested[0]).toBe('Trees _ _2026_');
});

test('tasks are what takes time now, and how far it is', () => {
  const upload = (id: string, state: Upload['state']) =>
    ({ id, name: id, state, bytesConfirmed: 25, bytesTotal: 100 }) as Upload;
  const processing = (id: string, status: string, resultState: Processing['resultState']) =>
    ({ id, name: id, status, percent: 40, resultState }) as Processing;
  const tasks = tasksOf(
    [upload('u1', 'sending'), upload('u2', 'done'), upload('u3', 'paused'), upload('u4', 'offline')],
    [
      processing('p1', 'IN_PROGRESS', 'none'),
      processing('p2', 'OK', 'fetching'),
      processing('p3', 'OK', 'ready'),
    ],
  );
  expect(tasks).toEqual([
    { id: 'upload:u1', kind: 'upload', label: 'u1', progress: 0.25 },
    { id: 'upload:u4', kind: 'upload', label: 'u4', progress: 0.25 },
    { id: 'processing:p1', kind: 'processing', label: 'p1', progress: 0.4 },
    { id: 'result:p2', kind: 'result', label: 'p2', progress: null },
  ]);
});
