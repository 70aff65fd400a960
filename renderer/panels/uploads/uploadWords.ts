import Ban from '@lucide/svelte/icons/ban';
import CircleAlert from '@lucide/svelte/icons/circle-alert';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import CirclePause from '@lucide/svelte/icons/circle-pause';
import Clock from '@lucide/svelte/icons/clock';
import Hourglass from '@lucide/svelte/icons/hourglass';
import ListChecks from '@lucide/svelte/icons/list-checks';
import TimerReset from '@lucide/svelte/icons/timer-reset';
import UploadIcon from '@lucide/svelte/icons/cloud-upload';
import WifiOff from '@lucide/svelte/icons/wifi-off';
import { m } from '@shared/i18n';
import type { Finding, Upload, UploadState } from '@shared/ipc/types';
import { errorText } from '@shared/i18n';
import type { Icon } from '../../components/icon';
import { formatBytes, formatPercent, formatRate, formatTimeLeft } from '../../format/numbers';

export function uploadStateWord(state: UploadState): string {
  switch (state) {
    case 'waiting':
      return m.uploads_state_waiting();
    case 'sending':
      return m.uploads_state_sending();
    case 'paused':
      return m.uploads_state_paused();
    case 'offline':
      return m.uploads_state_offline();
    case 'verifying':
      return m.uploads_state_verifying();
    case 'preparing':
      return m.uploads_state_preparing();
    case 'done':
      return m.uploads_state_done();
    case 'failed':
      return m.uploads_state_failed();
    case 'cancelled':
      return m.uploads_state_cancelled();
  }
}

/** The word of the state; one of its own while every chunk waits for the next attempt. */
export const uploadWord = ({ state, retryAt }: Upload): string =>
  retryAt === null ? uploadStateWord(state) : m.uploads_state_retrying();

export const uploadIcon = ({ state, retryAt }: Upload): Icon =>
  retryAt === null ? uploadStateIcon[state] : TimerReset;

export const uploadStateIcon: Readonly<Record<UploadState, Icon>> = {
  waiting: Clock,
  sending: UploadIcon,
  paused: CirclePause,
  offline: WifiOff,
  verifying: ListChecks,
  preparing: Hourglass,
  done: CircleCheck,
  failed: CircleAlert,
  cancelled: Ban,
};

export const uploadFraction = (upload: Upload): number =>
  upload.bytesTotal === 0 ? 0 : upload.bytesConfirmed / upload.bytesTotal;

/** How far, how fast, how long still: "71 % · 38 MB/s · 2 min left" */
export function uploadWords(upload: Upload): string {
  const parts = [formatPercent(uploadFraction(upload))];
  if (upload.state === 'sending') {
    if (upload.rate !== null && upload.rate > 0) parts.push(formatRate(upload.rate));
    if (upload.secondsLeft !== null) parts.push(formatTimeLeft(upload.secondsLeft));
  } else {
    parts.push(uploadStateWord(upload.state));
  }
  return parts.join(' · ');
}

/** "12.1 of 17.9 MB", "17.9 MB" when all is there */
export function uploadedBytes(upload: Upload): string {
  const total = formatBytes(upload.bytesTotal);
  if (upload.bytesConfirmed >= upload.bytesTotal) return total;
  return m.uploads_bytes_of({ done: formatBytes(upload.bytesConfirmed), total });
}

/** "8 bits, JPEG" */
export const reducedWords = (codec: 'jpeg' | 'deflate'): string =>
  m.uploads_reduced_to({ codec: codec === 'jpeg' ? 'JPEG' : 'Deflate' });

/** A line of the check before an upload, in words. */
export function findingWords(finding: Finding): string {
  const text = errorText({ kind: finding.kind, params: finding.params });
  return text.advice === '' ? text.title : `${text.title} ${text.advice}`;
}
