import { z } from 'zod';
import { bodyList, flag, label, listOf, maybe, moment, number, pageOf, text } from './wire';
import { workflowDef, type WorkflowDef } from './workflows';

export const CreateProjectRequest = z.strictObject({
  name: z.string().min(1).max(255),
  description: z.string().max(10_000).optional(),
});
export type CreateProjectRequest = z.infer<typeof CreateProjectRequest>;

export const UpdateProjectRequest = z.strictObject({
  name: z.string().min(1).max(255).optional(),
  description: z.string().max(10_000).optional(),
});
export type UpdateProjectRequest = z.infer<typeof UpdateProjectRequest>;

export const ProjectsPageRequest = z.strictObject({
  limit: z.int().min(1).max(1000).default(20),
  offset: z.int().min(0).default(0),
  filter: z.string().optional(),
  sortBy: z.enum(['NAME', 'CREATED', 'UPDATED']).default('UPDATED'),
  sortOrder: z.enum(['ASC', 'DESC']).default('DESC'),
});
export type ProjectsPageRequest = z.input<typeof ProjectsPageRequest>;

export interface ProjectMember {
  readonly email: string | null;
  readonly role: string | null;
}

/** The limits of a project come from the account of its owner. */
export interface ProjectOwner {
  readonly id: string | null;
  readonly email: string | null;
  readonly role: string | null;
  /** m² */
  readonly areaLimit: number | null;
  readonly aoiAreaLimit: number | null;
  readonly processedArea: number | null;
}

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** The account's own project: it can be neither renamed nor deleted. */
  readonly isDefault: boolean;
  readonly created: string | null;
  readonly updated: string | null;
  /** Empty where the server lists the models in the user status alone. */
  readonly workflowDefs: readonly WorkflowDef[];
  readonly owner: ProjectOwner | null;
  readonly members: readonly ProjectMember[];
  readonly processingCounts: { readonly succeeded: number | null; readonly failed: number | null } | null;
}

const member = z.looseObject({ email: text, role: text });

export const ProjectResponse = z
  .looseObject({
    id: z.string(),
    name: label,
    description: label,
    isDefault: flag,
    created: moment,
    updated: moment,
    workflowDefs: listOf(workflowDef),
    user: maybe(
      z.looseObject({
        id: text,
        email: text,
        role: text,
        areaLimit: number,
        aoiAreaLimit: number,
        processedArea: number,
      }),
    ),
    shareProject: maybe(z.looseObject({ owners: listOf(member), users: listOf(member) })),
    processingCounts: maybe(z.looseObject({ succeeded: number, failed: number })),
  })
  .transform(({ user, shareProject, ...wire }): Project => ({
    ...wire,
    isDefault: wire.isDefault ?? false,
    owner: user,
    members: [...(shareProject?.owners ?? []), ...(shareProject?.users ?? [])],
  }))
  .meta({ id: 'Project' });

export const ProjectsResponse = bodyList(ProjectResponse);
export const ProjectsPageResponse = pageOf(ProjectResponse);
