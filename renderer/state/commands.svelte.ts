import { shortcuts, type CommandId } from '@shared/commands';
import { matchesShortcut, shortcutText, type KeyPress } from './shortcut';

/** What a command does, and when it can. */
export interface CommandAction {
  run(): void;
  /** Left out: always. */
  enabled?(): boolean;
  /** For what is switched on and off: whether it is on. */
  checked?(): boolean;
}

export type CommandActions = Readonly<Record<CommandId, CommandAction>>;

/** Menu, shortcut, command palette and button all come here. */
export class Commands {
  readonly #actions: CommandActions;
  readonly #isMac: () => boolean;

  constructor(actions: CommandActions, isMac: () => boolean) {
    this.#actions = actions;
    this.#isMac = isMac;
  }

  enabled(id: CommandId): boolean {
    return this.#actions[id].enabled?.() ?? true;
  }

  checked(id: CommandId): boolean {
    return this.#actions[id].checked?.() ?? false;
  }

  /** Does nothing where the command makes no sense at the moment. */
  run(id: CommandId): void {
    if (this.enabled(id)) this.#actions[id].run();
  }

  /** As shown in tooltips; empty for a command without one. */
  shortcut(id: CommandId): string {
    const accelerator = shortcuts[id];
    return accelerator === undefined ? '' : shortcutText(accelerator, this.#isMac());
  }

  /** Runs the command of a key press; true when there is one. */
  press(key: KeyPress): boolean {
    for (const [id, accelerator] of Object.entries(shortcuts) as [CommandId, string][]) {
      if (!matchesShortcut(accelerator, key, this.#isMac())) continue;
      this.run(id);
      return true;
    }
    return false;
  }
}
