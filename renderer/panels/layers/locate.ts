import { m } from '@shared/i18n';
import type { LostLayer } from '../../state/layers.svelte';
import type { Workspace } from '../../state/workspace';

/** Lets the user show where a lost file is now, and says how many layers came back with it. */
export async function locateLayer({ problems, rasters }: Workspace, layer: LostLayer): Promise<void> {
  await problems.attempt(async () => {
    const count = await rasters.locate(layer);
    if (count > 1) problems.succeed(m.layers_found_more({ count }));
  });
}
