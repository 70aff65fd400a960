import { errorOfCode, isTerminal, type Processing as ServerProcessing } from '@shared/api';
import { toErrorData } from '@shared/errors';
import type { Processing } from '@shared/ipc/types';
import type { ProcessingRecord, ProcessingSnapshot, VersionRecord } from '@shared/library/records';

/** What a server says of a processing, over what was known of it: lists tell less than single answers. */
export function takeSnapshot(
  accountId: string,
  server: ServerProcessing,
  known: ProcessingSnapshot | null,
): ProcessingSnapshot {
  return {
    id: server.id,
    accountId,
    projectId: server.projectId ?? known?.projectId ?? '',
    name: server.name || (known?.name ?? ''),
    modelName: server.workflowDef?.name ?? known?.modelName ?? '',
    status: server.status,
    percent: server.status === 'OK' ? 100 : Math.min(100, Math.max(0, server.percentCompleted)),
    area: server.area ?? server.aoiArea ?? known?.area ?? 0,
    cost: server.cost ?? known?.cost ?? null,
    createdAt: server.created ?? known?.createdAt ?? new Date().toISOString(),
    updatedAt: server.updated ?? known?.updatedAt ?? server.created ?? '',
    messages: server.messages.map(({ code, parameters }) => toErrorData(errorOfCode(code, parameters))),
    aoi: known?.aoi ?? null,
  };
}

/** As the window sees it: the result is the version in use. */
export function toProcessing(record: ProcessingRecord, version: VersionRecord | null): Processing {
  const { snapshot, resultState, result, resultError } = record;
  const inUse = resultState === 'ready' && version ? version.result : result;
  return { ...snapshot, resultState, result: inUse, resultError };
}

/** True while the server still works on it. */
export function isRunning({ status }: Pick<ProcessingSnapshot, 'status'>): boolean {
  return !isTerminal(status);
}

export function sameSnapshot(a: ProcessingSnapshot, b: ProcessingSnapshot): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
