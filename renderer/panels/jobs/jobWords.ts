import Ban from '@lucide/svelte/icons/ban';
import CircleAlert from '@lucide/svelte/icons/circle-alert';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import CircleDashed from '@lucide/svelte/icons/circle-dashed';
import CircleQuestionMark from '@lucide/svelte/icons/circle-question-mark';
import Clock from '@lucide/svelte/icons/clock';
import Loader from '@lucide/svelte/icons/loader';
import Undo2 from '@lucide/svelte/icons/undo-2';
import { errorText, m } from '@shared/i18n';
import type { Processing, ProcessingStatus } from '@shared/ipc/types';
import type { Icon } from '../../components/icon';

/** A status that this version does not know is shown as the server wrote it. */
export function statusWord(status: ProcessingStatus): string {
  switch (status) {
    case 'UNPROCESSED':
      return m.jobs_status_unprocessed();
    case 'IN_PROGRESS':
      return m.jobs_status_in_progress();
    case 'AWAITING':
      return m.jobs_status_awaiting();
    case 'OK':
      return m.jobs_status_ok();
    case 'FAILED':
      return m.jobs_status_failed();
    case 'CANCELLED':
      return m.jobs_status_cancelled();
    case 'REFUNDED':
      return m.jobs_status_refunded();
    default:
      return status;
  }
}

export function statusIcon(status: ProcessingStatus): Icon {
  switch (status) {
    case 'UNPROCESSED':
      return CircleDashed;
    case 'IN_PROGRESS':
      return Loader;
    case 'AWAITING':
      return Clock;
    case 'OK':
      return CircleCheck;
    case 'FAILED':
      return CircleAlert;
    case 'CANCELLED':
      return Ban;
    case 'REFUNDED':
      return Undo2;
    default:
      return CircleQuestionMark;
  }
}

export type StatusTone = 'ok' | 'danger' | 'accent' | 'quiet';

export function statusTone(status: ProcessingStatus): StatusTone {
  switch (status) {
    case 'OK':
      return 'ok';
    case 'FAILED':
      return 'danger';
    case 'IN_PROGRESS':
      return 'accent';
    default:
      return 'quiet';
  }
}

/** What went wrong with it, in the server's or our own words; empty when nothing did. */
export function problemOf(processing: Processing): string {
  const error = processing.resultError ?? processing.messages[0];
  if (!error) return '';
  const text = errorText(error);
  return [text.title, text.advice].filter((part) => part !== '').join(' ');
}
