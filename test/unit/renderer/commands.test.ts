import { commands, type CommandId } from '@shared/commands';
import { expect, test, vi } from 'vitest';
import { commandEntries, commandName } from '../../../renderer/state/commandNames';
import { Commands, type CommandAction, type CommandActions } from '../../../renderer/state/commands.svelte';
import { matchesShortcut, shortcutText, type KeyPress } from '../../../renderer/state/shortcut';
import { createWorkspace } from '../../../renderer/state/workspace';
import { FakeApi } from './fakeApi';
import { raster } from './samples';

const press = (part: Partial<KeyPress>): KeyPress => ({
  key: '',
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...part,
});

test.each([
  ['CmdOrCtrl+O', false, 'Ctrl+O'],
  ['CmdOrCtrl+O', true, '⌘O'],
  ['CmdOrCtrl+Shift+M', false, 'Ctrl+Shift+M'],
  ['CmdOrCtrl+Shift+M', true, '⇧⌘M'],
  ['CmdOrCtrl+Plus', false, 'Ctrl++'],
])('%s on a Mac (%s) reads %s', (accelerator, mac, text) => {
  expect(shortcutText(accelerator, mac)).toBe(text);
});

test.each([
  ['CmdOrCtrl+O', press({ key: 'o', code: 'KeyO', ctrlKey: true }), true],
  ['CmdOrCtrl+O', press({ key: 'o', code: 'KeyO' }), false],
  ['CmdOrCtrl+M', press({ key: 'M', code: 'KeyM', ctrlKey: true, shiftKey: true }), false],
  ['CmdOrCtrl+Shift+M', press({ key: 'M', code: 'KeyM', ctrlKey: true, shiftKey: true }), true],
  ['CmdOrCtrl+Shift+1', press({ key: '!', code: 'Digit1', ctrlKey: true, shiftKey: true }), true],
  ['CmdOrCtrl+Plus', press({ key: '=', code: 'Equal', ctrlKey: true }), true],
  ['CmdOrCtrl+Plus', press({ key: '+', code: 'Equal', ctrlKey: true, shiftKey: true }), true],
  ['CmdOrCtrl+1', press({ key: '1', code: 'Digit1', ctrlKey: true, altKey: true }), false],
])('%s and %o: %s', (accelerator, key, matches) => {
  expect(matchesShortcut(accelerator, key, false)).toBe(matches);
});

test('on a Mac the command key counts, not control', () => {
  const withMeta = press({ key: 'o', code: 'KeyO', metaKey: true });
  const withControl = press({ key: 'o', code: 'KeyO', ctrlKey: true });
  expect(matchesShortcut('CmdOrCtrl+O', withMeta, true)).toBe(true);
  expect(matchesShortcut('CmdOrCtrl+O', withControl, true)).toBe(false);
});

test('a command that makes no sense now does nothing, but its key is taken', () => {
  const run = vi.fn();
  const idle: CommandAction = { run: () => undefined };
  const all = Object.fromEntries(commands.map((id) => [id, idle])) as Record<CommandId, CommandAction>;
  const actions: CommandActions = { ...all, 'file.open': { run, enabled: () => false } };
  const registry = new Commands(actions, () => false);
  expect(registry.press(press({ key: 'o', code: 'KeyO', ctrlKey: true }))).toBe(true);
  expect(run).not.toHaveBeenCalled();
});

test('every command has a name of its own', () => {
  for (const id of commands) expect(commandName(id)).not.toBe(id);
  expect(new Set(commandEntries().map((entry) => `${entry.group} ${entry.name}`)).size).toBe(
    commands.length - 1,
  );
});

test('the menu, the tool bar and the key mean the same command', () => {
  const api = new FakeApi();
  const { commands: registry, tools } = createWorkspace(api);
  api.emit('menu.command', 'tool.identify');
  expect(tools.active).toBe('identify');
  expect(registry.checked('tool.identify')).toBe(true);
  registry.press(press({ key: 'i', code: 'KeyI', ctrlKey: true }));
  expect(tools.active).toBe('pan');
});

test('what needs a layer waits for one', () => {
  const { commands: registry, layers } = createWorkspace(new FakeApi());
  expect(registry.enabled('view.zoomToLayer')).toBe(false);
  expect(registry.enabled('view.compare.swipe')).toBe(false);
  layers.addRaster(raster('a'));
  expect(registry.enabled('view.zoomToLayer')).toBe(true);
  expect(registry.enabled('view.compare.swipe')).toBe(false);
  layers.addRaster(raster('b'));
  expect(registry.enabled('view.compare.swipe')).toBe(true);
});
