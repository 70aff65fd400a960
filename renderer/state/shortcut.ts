/** What of a key press counts for a shortcut. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const macSigns: Readonly<Record<string, string>> = {
  CmdOrCtrl: '⌘',
  Ctrl: '⌃',
  Alt: '⌥',
  Shift: '⇧',
  Plus: '+',
  Enter: '↩',
};

/** An accelerator of Electron's notation as people read it: "Ctrl+Shift+M", on a Mac "⇧⌘M". */
export function shortcutText(accelerator: string, mac: boolean): string {
  const parts = accelerator.split('+');
  if (!mac)
    return parts.map((part) => (part === 'CmdOrCtrl' ? 'Ctrl' : part === 'Plus' ? '+' : part)).join('+');
  const order = ['Ctrl', 'Alt', 'Shift', 'CmdOrCtrl'];
  const sorted = [...parts].sort((a, b) => rank(order, a) - rank(order, b));
  return sorted.map((part) => macSigns[part] ?? part).join('');
}

const rank = (order: readonly string[], part: string): number =>
  order.includes(part) ? order.indexOf(part) : order.length;

/** Whether a key press is that accelerator. Digits go by their key, wherever Shift puts them on the keyboard. */
export function matchesShortcut(accelerator: string, press: KeyPress, mac: boolean): boolean {
  const parts = accelerator.split('+');
  const key = parts.at(-1) ?? '';
  const wantsMain = parts.includes('CmdOrCtrl');
  const main = mac ? press.metaKey : press.ctrlKey;
  const other = mac ? press.ctrlKey : press.metaKey;
  if (main !== wantsMain || other || press.altKey !== parts.includes('Alt')) return false;
  if (key === 'Plus') return press.key === '+' || press.key === '=';
  if (press.shiftKey !== parts.includes('Shift')) return false;
  if (/^\d$/.test(key)) return press.code === `Digit${key}`;
  return press.key.toLowerCase() === key.toLowerCase();
}
