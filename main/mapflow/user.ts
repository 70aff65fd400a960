import { endpoints } from '@shared/api';
import { readText, type Caller } from './caller';
import type { UserApi } from './types';

/** bytes of a version */
const longestVersion = 1024;

export function userApi({ call, download }: Caller): UserApi {
  return {
    status: (options) => call(endpoints.userStatus, {}, options),
    version: async (options) => {
      const answer = await download(endpoints.version, {}, options);
      return (await readText(answer, longestVersion)).trim();
    },
  };
}
