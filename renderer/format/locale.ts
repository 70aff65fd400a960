import { getLocale } from '@shared/i18n/generated/runtime.js';

/** The language of the words, so that a number never stands in another one than the sentence around it. */
export const locale = (): string => getLocale();
