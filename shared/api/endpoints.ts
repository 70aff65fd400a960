import { CatalogResponse, CatalogWireRequest } from './catalog';
import { endpoint } from './endpoint';
import { ImageResponse, ImagesResponse, ImageStatusResponse, UploadResponse } from './images';
import { TileJsonResponse } from './layers';
import {
  CreateMosaicRequest,
  LinkImageRequest,
  MosaicResponse,
  MosaicsResponse,
  MosaicStatusResponse,
  UpdateMosaicRequest,
} from './mosaics';
import {
  AoisResponse,
  CostRequest,
  CostResponse,
  CreateProcessingRequest,
  CreateProcessingV1Request,
  ProcessingResponse,
  ProcessingsPageRequest,
  ProcessingsPageResponse,
  ProcessingsResponse,
  RateRequest,
  RejectRequest,
  UpdateProcessingRequest,
} from './processings';
import {
  CreateProjectRequest,
  ProjectResponse,
  ProjectsPageRequest,
  ProjectsPageResponse,
  ProjectsResponse,
  UpdateProjectRequest,
} from './projects';
import { StatsRequest, StatsResponse } from './stats';
import { StorageResponse } from './storage';
import { UserStatusResponse } from './user';

const unknownProcessing = ['NOT_FOUND'];
const unknownItem = ['ItemNotFound', 'AccessDenied'];
const fileErrors = [
  'FileCheckFailed',
  'MemoryLimitExceeded',
  'FileTooBig',
  'FileValidationFailed',
  'ImageOutOfBounds',
  'FileOpenError',
  'ImageExtentTooBig',
];
const createErrors = [
  'NOT_FOUND',
  'BAD_REQUEST',
  'TOO_LARGE_PROCESSING',
  'ProviderMinAreaError',
  'MAXAR_PROVIDERS_UNAVAILABLE',
  'geometry.Invalid',
  'source-validator.NoDataInAOI',
];

const userEndpoints = {
  userStatus: endpoint('GET', '/user/status', 'Account details, models and their blocks', {
    response: UserStatusResponse,
  }),
  version: endpoint('GET', '/version', 'The version of the plugin that the server expects', {
    responseType: 'text',
    source: 'live',
  }),
};

const projectEndpoints = {
  createProject: endpoint('POST', '/projects', 'Create a project', {
    body: CreateProjectRequest,
    response: ProjectResponse,
  }),
  updateProject: endpoint('PUT', '/projects/{projectId}', 'Change a project\u2019s name or description', {
    body: UpdateProjectRequest,
    response: ProjectResponse,
    errors: ['NOT_FOUND'],
  }),
  listProjects: endpoint('GET', '/projects', 'All projects', { response: ProjectsResponse, source: 'live' }),
  defaultProject: endpoint('GET', '/projects/default', 'The account\u2019s own project', {
    response: ProjectResponse,
    source: 'live',
  }),
  getProject: endpoint('GET', '/projects/{projectId}', 'One project', {
    response: ProjectResponse,
    errors: ['NOT_FOUND'],
    source: 'live',
  }),
  pageProjects: endpoint('POST', '/projects/page', 'Projects by pages, sorted and filtered', {
    body: ProjectsPageRequest,
    response: ProjectsPageResponse,
    idempotent: true,
    source: 'live',
  }),
  deleteProject: endpoint('DELETE', '/projects/{projectId}', 'Archive a project', {
    errors: ['NOT_FOUND'],
    source: 'live',
  }),
};

const processingEndpoints = {
  createProcessing: endpoint('POST', '/processings/v2', 'Create and start a processing', {
    body: CreateProcessingRequest,
    response: ProcessingResponse,
    errors: createErrors,
    costsCredits: true,
  }),
  createProcessingV1: endpoint('POST', '/processings', 'Create and start a processing, flat parameters', {
    body: CreateProcessingV1Request,
    response: ProcessingResponse,
    errors: createErrors,
    costsCredits: true,
    source: 'live',
  }),
  getProcessing: endpoint('GET', '/processings/{processingId}/v2', 'Status and details of a processing', {
    response: ProcessingResponse,
    errors: unknownProcessing,
  }),
  getProcessingV1: endpoint('GET', '/processings/{processingId}', 'The same with flat parameters', {
    response: ProcessingResponse,
    errors: unknownProcessing,
    source: 'live',
  }),
  listProcessings: endpoint('GET', '/processings/v2', 'All processings', { response: ProcessingsResponse }),
  listProcessingsV1: endpoint('GET', '/processings', 'All processings with flat parameters', {
    response: ProcessingsResponse,
    source: 'live',
  }),
  listProjectProcessings: endpoint(
    'GET',
    '/projects/{projectId}/processings/v2',
    'Processings of a project',
    {
      response: ProcessingsResponse,
      errors: ['NOT_FOUND'],
    },
  ),
  pageProcessings: endpoint(
    'POST',
    '/projects/{projectId}/processings/v2/page',
    'Processings of a project by pages, sorted and filtered',
    {
      body: ProcessingsPageRequest,
      response: ProcessingsPageResponse,
      errors: ['NOT_FOUND'],
      idempotent: true,
      source: 'live',
    },
  ),
  processingCost: endpoint('POST', '/processing/cost/v2', 'The price of a processing in credits', {
    body: CostRequest,
    response: CostResponse,
    errors: ['NOT_FOUND', 'geometry.Invalid'],
    idempotent: true,
  }),
  processingResult: endpoint('GET', '/processings/{processingId}/result', 'The result as GeoJSON', {
    query: ['aoiId'],
    responseType: 'geojson',
    errors: unknownProcessing,
  }),
  processingAois: endpoint('GET', '/processings/{processingId}/aois', 'The areas of a processing', {
    response: AoisResponse,
    errors: unknownProcessing,
    source: 'live',
  }),
  restartProcessing: endpoint('POST', '/processings/{processingId}/restart', 'Restart the failed parts', {
    errors: unknownProcessing,
    costsCredits: true,
  }),
  restartProcessingV2: endpoint(
    'POST',
    '/processings/{processingId}/restart/v2',
    'Restart the failed parts',
    {
      errors: unknownProcessing,
      costsCredits: true,
      source: 'live',
    },
  ),
  updateProcessing: endpoint('PUT', '/processings/{processingId}', 'Rename, describe or move a processing', {
    body: UpdateProcessingRequest,
    errors: unknownProcessing,
  }),
  updateProcessingV2: endpoint('PUT', '/processings/{processingId}/v2', 'Rename or describe a processing', {
    body: UpdateProcessingRequest,
    errors: unknownProcessing,
    source: 'live',
  }),
  deleteProcessing: endpoint('DELETE', '/processings/{processingId}', 'Delete a processing and all of it', {
    errors: unknownProcessing,
  }),
  rateProcessing: endpoint('PUT', '/processings/{processingId}/rate', 'Rate a result', {
    body: RateRequest,
    errors: unknownProcessing,
    source: 'live',
  }),
  acceptProcessing: endpoint('PUT', '/processings/{processingId}/acceptation', 'Accept a result', {
    errors: unknownProcessing,
    source: 'live',
  }),
  rejectProcessing: endpoint('PUT', '/processings/{processingId}/rejection', 'Reject a result', {
    body: RejectRequest,
    errors: unknownProcessing,
    source: 'live',
  }),
  processingStats: endpoint('POST', '/processings/stats', 'History of processings', {
    query: ['type'],
    body: StatsRequest,
    response: StatsResponse,
    alsoTypes: ['text/csv'],
    idempotent: true,
  }),
};

const mosaicEndpoints = {
  createMosaic: endpoint('POST', '/rasters/mosaic', 'Create an empty mosaic', {
    body: CreateMosaicRequest,
    response: MosaicResponse,
  }),
  listMosaics: endpoint('GET', '/rasters/mosaic', 'All mosaics, or those with all the tags', {
    query: ['tags'],
    response: MosaicsResponse,
    source: 'live',
  }),
  getMosaic: endpoint('GET', '/rasters/mosaic/{mosaicId}', 'One mosaic', {
    response: MosaicResponse,
    errors: unknownItem,
  }),
  updateMosaic: endpoint('PUT', '/rasters/mosaic/{mosaicId}', 'Change a mosaic\u2019s name and tags', {
    body: UpdateMosaicRequest,
    errors: unknownItem,
  }),
  deleteMosaic: endpoint('DELETE', '/rasters/mosaic/{mosaicId}', 'Delete a mosaic and its images', {
    errors: unknownItem,
  }),
  mosaicStatus: endpoint(
    'GET',
    '/rasters/mosaic/{mosaicId}/status',
    'Preparation of a mosaic\u2019s images',
    {
      response: MosaicStatusResponse,
      errors: unknownItem,
      source: 'live',
    },
  ),
};

const imageEndpoints = {
  uploadImage: endpoint('POST', '/rasters/mosaic/{mosaicId}/image', 'Upload an image to a mosaic', {
    bodyType: 'multipart',
    response: UploadResponse,
    errors: [...unknownItem, ...fileErrors],
  }),
  createMosaicWithImage: endpoint(
    'POST',
    '/rasters/mosaic/image',
    'Create a mosaic and upload its first image',
    {
      query: ['name', 'tags'],
      bodyType: 'multipart',
      response: UploadResponse,
      errors: fileErrors,
    },
  ),
  linkImage: endpoint('POST', '/rasters/mosaic/{mosaicId}/link-image', 'Link a stored image to a mosaic', {
    body: LinkImageRequest,
    response: UploadResponse,
    errors: [...unknownItem, ...fileErrors],
  }),
  listImages: endpoint('GET', '/rasters/mosaic/{mosaicId}/image', 'The ready images of a mosaic', {
    response: ImagesResponse,
    errors: unknownItem,
  }),
  getImage: endpoint('GET', '/rasters/image/{imageId}', 'One image', {
    response: ImageResponse,
    errors: unknownItem,
  }),
  renameImage: endpoint('PUT', '/rasters/image/{imageId}', 'Rename an image', {
    query: ['name'],
    errors: unknownItem,
  }),
  deleteImage: endpoint('DELETE', '/rasters/image/{imageId}', 'Delete an image', { errors: unknownItem }),
  imagePreview: endpoint('GET', '/rasters/image/{imageId}/preview/{size}', 'A preview, 256 or 1024 px', {
    responseType: 'jpeg',
    errors: [...unknownItem, 'PreviewNotFound'],
  }),
  imageStatus: endpoint('GET', '/rasters/image/{imageId}/status', 'Preparation of an image', {
    response: ImageStatusResponse,
    errors: unknownItem,
    source: 'live',
  }),
};

const otherEndpoints = {
  storage: endpoint('GET', '/rasters/memory', 'Storage used and allowed', { response: StorageResponse }),
  searchCatalog: endpoint('POST', '/catalog/meta', 'Search imagery', {
    body: CatalogWireRequest,
    response: CatalogResponse,
    errors: ['TOO_LARGE_PROCESSING', 'geometry.Invalid'],
    idempotent: true,
  }),
};

const layerErrors = ['NOT_FOUND'];

const layerEndpoints = {
  mosaicTileJson: endpoint('GET', '/layers/mosaics/{mosaicId}.json', 'TileJSON of a mosaic\u2019s imagery', {
    response: TileJsonResponse,
    errors: layerErrors,
    source: 'engine',
  }),
  mosaicTile: endpoint('GET', '/layers/mosaics/{mosaicId}/tiles/{z}/{x}/{y}.png', 'A tile of a mosaic', {
    responseType: 'png',
    mayBeEmpty: true,
    errors: layerErrors,
    source: 'engine',
  }),
  resultTileJson: endpoint('GET', '/layers/{layerId}.json', 'TileJSON of a result', {
    response: TileJsonResponse,
    errors: layerErrors,
    source: 'engine',
  }),
  resultTile: endpoint(
    'GET',
    '/layers/{layerId}/tiles/{z}/{x}/{y}.vector.pbf',
    'A tile of a result (Mapbox Vector Tile)',
    { responseType: 'mvt', mayBeEmpty: true, errors: layerErrors, source: 'engine' },
  ),
  catalogPreview: endpoint('GET', '/catalog/preview/{imageId}', 'A preview of a scene of a local folder', {
    responseType: 'jpeg',
    errors: ['ItemNotFound', 'PreviewNotFound'],
    source: 'engine',
  }),
  catalogTile: endpoint(
    'GET',
    '/layers/catalog/{mosaicId}/tiles/{z}/{x}/{y}.png',
    'A tile of a mosaic of a local folder',
    { responseType: 'png', mayBeEmpty: true, errors: layerErrors, source: 'engine' },
  ),
};

/** The single table of the API. */
export const endpoints = {
  ...userEndpoints,
  ...projectEndpoints,
  ...processingEndpoints,
  ...mosaicEndpoints,
  ...imageEndpoints,
  ...otherEndpoints,
  ...layerEndpoints,
};

export type EndpointName = keyof typeof endpoints;
