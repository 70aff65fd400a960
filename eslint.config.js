import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** Where Electron may be imported: the window and its surroundings, and the adapters that hand the rest of main interfaces. */
const electronFiles = [
  'main/main.ts',
  'main/window.ts',
  'main/menu.ts',
  'main/notifications.ts',
  'main/ipc/**',
  'main/workers/**',
  'preload/preload.ts',
  'build/**',
  'test/**',
];

/** What `shared/` must do without, so that it runs unchanged in Node, in a web worker and in a test. */
const notInShared = ['window', 'document', 'process', 'Buffer', 'require', '__dirname', 'localStorage'];

const strictness = {
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/consistent-type-imports': [
    'error',
    { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
  ],
  '@typescript-eslint/no-unused-vars': [
    'error',
    { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
  ],
  'no-console': 'error',
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-var': 'error',
  'prefer-const': 'error',
  'object-shorthand': 'error',
  // Binary formats are recognised by bytes that are control characters.
  'no-control-regex': 'off',
};

/** Rules that need types: what is forgotten when a promise is, and switches that a new case would slip through. */
const withTypes = {
  '@typescript-eslint/switch-exhaustiveness-check': [
    'error',
    { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
  ],
  '@typescript-eslint/no-misused-promises': [
    'error',
    { checksVoidReturn: { arguments: false, attributes: false } },
  ],
  // What only looks like a method here is a function in a record of functions: nothing in it says `this`.
  '@typescript-eslint/unbound-method': 'off',
  // An interface decides what is a promise, not what one implementation happens to wait for.
  '@typescript-eslint/require-await': 'off',
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
};

const typed = {
  parserOptions: {
    project: ['./tsconfig.json', './tsconfig.renderer.json', './tsconfig.test.json'],
    tsconfigRootDir: import.meta.dirname,
  },
};

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'release/',
      '.cache/',
      'coverage/',
      'demo-out/',
      'shared/i18n/generated/',
      '**/*.d.ts',
    ],
  },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: typed,
    rules: { ...strictness, ...withTypes, 'no-undef': 'off' },
  },
  ...svelte.configs['flat/recommended'],
  {
    // Runes or not, these are TypeScript modules.
    files: ['**/*.svelte.ts'],
    languageOptions: { ...typed, parser: tseslint.parser },
  },
  {
    files: ['renderer/**'],
    // State is replaced, not mutated: a Set or Map within a computation is a local value.
    rules: { 'svelte/prefer-svelte-reactivity': 'off' },
  },
  {
    files: ['**/*.svelte'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: { parserOptions: { parser: tseslint.parser }, globals: globals.browser },
    rules: {
      ...strictness,
      'no-undef': 'off',
      'no-unused-vars': 'off',
      'prefer-const': 'off',
      'svelte/prefer-const': 'error',
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs', '**/*.js'],
    languageOptions: { globals: globals.node },
    rules: { ...strictness, '@typescript-eslint/consistent-type-imports': 'off' },
    plugins: { '@typescript-eslint': tseslint.plugin },
  },
  { files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs' } },
  {
    files: ['main/**/*.ts', 'preload/**/*.ts', 'renderer/**/*.{ts,svelte}', 'shared/**/*.ts'],
    ignores: electronFiles,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          name: 'electron',
          message: 'Services know nothing of Electron: take what you need as an argument.',
        },
      ],
    },
  },
  {
    files: ['shared/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...notInShared],
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['node:*', 'electron', 'fs', 'path'], message: 'shared/ runs everywhere.' }] },
      ],
    },
  },
  {
    files: ['main/cli/**', 'main/engine/standalone.ts', 'build/**', 'test/**'],
    rules: { 'no-console': 'off' },
  },
  {
    // Tests look into what they get from outside; its shape is what they assert.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // A test of the content security policy must try what the policy forbids.
      '@typescript-eslint/no-implied-eval': 'off',
    },
  },
);
