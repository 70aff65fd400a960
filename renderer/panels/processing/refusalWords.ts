import { m } from '@shared/i18n';
import { plainName, type ProcessingDraft, type Refusal } from '../../state/draft.svelte';

/** Why the processing cannot start, and what to do about it, in one sentence. */
export function refusalWords(refusal: Refusal, draft: ProcessingDraft): string {
  switch (refusal) {
    case 'offline':
      return m.processing_refusal_offline();
    case 'no_models':
      return m.processing_no_models();
    case 'no_model':
      return m.processing_choose_model();
    case 'model_unavailable':
      return m.processing_refusal_model_unavailable({ model: plainName(draft.model?.name ?? '') });
    case 'no_imagery':
      return m.processing_refusal_no_imagery();
    case 'not_uploaded':
      return m.processing_refusal_not_uploaded();
    case 'uploading':
      return m.processing_refusal_uploading();
    case 'no_footprint':
      return m.processing_refusal_no_footprint();
    case 'no_area':
      return m.processing_refusal_no_area();
    case 'area_outside':
      return m.processing_refusal_area_outside();
    case 'too_few_credits':
      return m.processing_refusal_too_few_credits();
  }
}
