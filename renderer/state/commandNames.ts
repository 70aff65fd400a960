import { commands, type CommandId } from '@shared/commands';
import { m } from '@shared/i18n';

type Key = `command_${string}`;

/** `view.compare.sideBySide` is called by the message `command_view_compare_side_by_side`. */
function messageKey(id: CommandId): Key {
  return `command_${id.replaceAll('.', '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}

const messages = m as unknown as Readonly<Record<string, (() => string) | undefined>>;

/** The command as a menu names it. */
export function commandName(id: CommandId): string {
  return messages[messageKey(id)]?.() ?? id;
}

/** The menu that the command stands in, as a heading of the command palette. */
export function commandGroup(id: CommandId): string {
  switch (id.split('.')[0]) {
    case 'file':
      return m.menu_file();
    case 'view':
      return id.startsWith('view.theme') ? m.menu_theme() : m.menu_view();
    case 'tool':
      return m.menu_map_tools();
    case 'imagery':
      return m.menu_imagery();
    case 'processing':
      return m.menu_processing();
    case 'results':
      return m.menu_results();
    case 'app':
      return m.menu_file();
    case 'account':
      return m.menu_account();
    default:
      return m.menu_help();
  }
}

export interface CommandEntry {
  readonly id: CommandId;
  readonly name: string;
  readonly group: string;
}

/** Every command but the palette itself, whose own list this is. */
export function commandEntries(): readonly CommandEntry[] {
  return commands
    .filter((id) => id !== 'app.commandPalette')
    .map((id) => ({ id, name: commandName(id), group: commandGroup(id) }));
}
