import { endpoints } from '@shared/api';
import type { Caller } from './caller';
import type { UserApi } from './types';

export function userApi({ call }: Caller): UserApi {
  return { status: (options) => call(endpoints.userStatus, {}, options) };
}
