import type { Settings } from './state/settings.svelte';

/** Puts the theme on the page, and follows the system's where that is the choice. Call while a component is set up. */
export function followTheme(settings: Settings): void {
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  let systemIsDark = $state(system.matches);

  $effect(() => {
    const change = (event: MediaQueryListEvent): void => {
      systemIsDark = event.matches;
    };
    system.addEventListener('change', change);
    return () => system.removeEventListener('change', change);
  });

  $effect.pre(() => {
    const dark = settings.theme === 'dark' || (settings.theme === 'system' && systemIsDark);
    document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
  });
}
