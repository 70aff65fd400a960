import type { Page } from 'playwright-core';
import type { Channel, Input, Output } from '@shared/ipc/contract';
import { errorText } from '@shared/i18n';
import type { Envelope } from '@shared/ipc/define';

/** Calls main through the window's own bridge, for what a test must know exactly and the window shows rounded. */
export async function callBridge<C extends Channel>(
  page: Page,
  channel: C,
  input?: Input<C>,
): Promise<Output<C>> {
  const answer = await page.evaluate(
    ([name, value]) => {
      const bridge = (globalThis as unknown as { orthodesk: { call(...of: unknown[]): Promise<unknown> } })
        .orthodesk;
      return value === undefined ? bridge.call(name) : bridge.call(name, value);
    },
    [channel, input] as const,
  );
  const envelope = answer as Envelope<Output<C>>;
  if (envelope.ok) return envelope.value;
  const { title, advice } = errorText(envelope.error);
  throw new Error(`${channel}: ${title} ${advice} ${envelope.error.details ?? ''}`.trim());
}
