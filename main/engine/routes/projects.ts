import type { Hono } from 'hono';
import { CreateProjectRequest, ProjectsPageRequest, UpdateProjectRequest } from '@shared/api';
import { m } from '@shared/i18n';
import { pathParam, readBody, type EngineContext, type EngineEnv } from '../http/body';
import { notFound, ServiceError } from '../http/serviceError';
import type { Services } from '../services';
import type { ProjectRow } from '../store';
import { wireProject } from './wire';

export function projectRoutes(app: Hono<EngineEnv>, services: Services): void {
  const { projects, processings } = services.store;
  const wire = (project: ProjectRow): Record<string, unknown> => wireProject(project, services);

  function existing(context: EngineContext): ProjectRow {
    const id = pathParam(context, 'projectId');
    const project = projects.get(id);
    if (!project) throw notFound('project', id);
    return project;
  }

  app.post('/projects', async (context) => {
    const { name, description } = await readBody(context, CreateProjectRequest);
    return context.json(wire(projects.create(name, description ?? '')));
  });
  app.get('/projects', (context) => {
    projects.default(m.engine_default_project());
    return context.json(projects.list().map(wire));
  });
  app.get('/projects/default', (context) => context.json(wire(projects.default(m.engine_default_project()))));
  app.post('/projects/page', async (context) => {
    projects.default(m.engine_default_project());
    const query = await readBody(context, ProjectsPageRequest);
    const { results, total } = projects.page({ ...query, filter: query.filter });
    return context.json({ results: results.map(wire), total, count: results.length });
  });
  app.get('/projects/:projectId', (context) => context.json(wire(existing(context))));
  app.put('/projects/:projectId', async (context) => {
    const project = existing(context);
    const change = await readBody(context, UpdateProjectRequest);
    if (project.isDefault && change.name !== undefined && change.name !== project.name) {
      throw new ServiceError(400, 'engine.DefaultProjectIsFixed');
    }
    projects.update(project.id, change);
    return context.json(wire(projects.get(project.id) ?? project));
  });
  app.delete('/projects/:projectId', async (context) => {
    const project = existing(context);
    if (project.isDefault) throw new ServiceError(400, 'engine.DefaultProjectIsFixed');
    for (const row of processings.list(project.id)) {
      if (['UNPROCESSED', 'AWAITING', 'IN_PROGRESS'].includes(row.status))
        await services.queue.remove(row.id);
    }
    projects.archive(project.id);
    return context.json({});
  });
}
