import { endpoints } from '@shared/api';
import type { Caller } from './caller';
import type { ProjectsApi } from './types';

export function projectsApi({ call }: Caller): ProjectsApi {
  return {
    create: (body, options) => call(endpoints.createProject, { body }, options),
    update: (projectId, body, options) =>
      call(endpoints.updateProject, { path: { projectId }, body }, options),
    list: (options) => call(endpoints.listProjects, {}, options),
    page: (body = {}, options) => call(endpoints.pageProjects, { body }, options),
    get: (projectId, options) => call(endpoints.getProject, { path: { projectId } }, options),
    default: (options) => call(endpoints.defaultProject, {}, options),
    delete: (projectId, options) => call(endpoints.deleteProject, { path: { projectId } }, options),
  };
}
