'use strict';
/**
 * The house's arrows (docs/decisions.md): renderer -> shared <- main, preload -> shared. Inside main an area is entered
 * through its index alone, and areas meet only where the program is put together.
 */

/** Where parts of main meet: the window's composition root, the command line, and what starts a process or a thread. */
const composition =
  '^main/(main\\.ts|[a-zA-Z]+\\.ts|cli/|workers/|engine/(process|standalone|nodeParts|[a-zA-Z]+Thread)\\.ts)';

/** The files that may know Electron; the linter says the same. */
const electronFiles =
  '^(main/(main|window|menu|notifications)\\.ts|main/(ipc|workers)/|preload/preload\\.ts)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'shared-stands-alone',
      comment:
        'shared/ is pure TypeScript: it imports nothing of the program and nothing of Node or Electron.',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(main|preload|renderer|build|test)/' },
    },
    {
      name: 'shared-without-node',
      severity: 'error',
      from: { path: '^shared/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'renderer-imports-shared-only',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^(main|preload|build|test)/' },
    },
    {
      name: 'renderer-without-node',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'preload-imports-shared-only',
      severity: 'error',
      from: { path: '^preload/' },
      to: { path: '^(main|renderer|build|test)/' },
    },
    {
      name: 'main-without-renderer',
      severity: 'error',
      from: { path: '^main/' },
      to: { path: '^(renderer|preload|build|test)/' },
    },
    {
      name: 'areas-meet-in-the-composition-only',
      comment:
        'An area takes what it needs as an argument; main.ts, the command line and the entries put areas together.',
      severity: 'error',
      from: { path: '^main/([^/]+)/', pathNot: composition },
      to: { path: '^main/', pathNot: '^main/$1/' },
    },
    {
      name: 'areas-are-entered-through-their-index',
      severity: 'error',
      from: { path: composition },
      to: {
        path: '^main/(accounts|ipc|library|logging|mapflow|processings|rasters|results|uploads)/',
        pathNot: '/index\\.ts$',
      },
    },
    {
      name: 'electron-in-few-files',
      severity: 'error',
      from: { path: '^(main|preload|renderer|shared)/', pathNot: electronFiles },
      to: { path: '(^|/)electron(/|$)', dependencyTypesNot: ['local'] },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: { path: '^(main|preload|renderer|shared)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^shared/i18n/generated/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.svelte.ts', '.svelte', '.js', '.mjs', '.cjs', '.json'] },
  },
};
