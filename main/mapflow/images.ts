import { endpoints } from '@shared/api';
import type { Caller, RawBody } from './caller';
import { ApiFailure } from './failure';
import { formOf, framed } from './multipart';
import type { ImagesApi, UploadFile, UploadOptions } from './types';

/** bytes; a preview is at most 1024 px a side */
const longestPreview = 16 * 1024 * 1024;

export function imagesApi({ call, download, upload }: Caller): ImagesApi {
  const multipart = (file: UploadFile, options: UploadOptions | undefined): RawBody => {
    const form = formOf(file);
    const { contentType, size } = form;
    const content =
      'courier' in file ? { form, courier: file.courier } : framed(form, file.body, options?.onProgress);
    return { contentType, size, content };
  };
  return {
    upload: (mosaicId, file, options) =>
      upload(endpoints.uploadImage, { path: { mosaicId } }, multipart(file, options), options),
    createMosaicAndUpload: ({ name, tags }, file, options) =>
      upload(endpoints.createMosaicWithImage, { query: { name, tags } }, multipart(file, options), options),
    link: (mosaicId, url, options) =>
      call(endpoints.linkImage, { path: { mosaicId }, body: { url } }, options),
    list: (mosaicId, options) => call(endpoints.listImages, { path: { mosaicId } }, options),
    get: (imageId, options) => call(endpoints.getImage, { path: { imageId } }, options),
    rename: (imageId, name, options) =>
      call(endpoints.renameImage, { path: { imageId }, query: { name } }, options),
    delete: (imageId, options) => call(endpoints.deleteImage, { path: { imageId } }, options),
    status: (imageId, options) => call(endpoints.imageStatus, { path: { imageId } }, options),
    preview: async (imageId, size, options) => {
      const { body } = await download(endpoints.imagePreview, { path: { imageId, size } }, options);
      return readBytes(body, longestPreview);
    },
  };
}

export async function readBytes(body: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > limit) {
      throw new ApiFailure(
        'api.unexpected_answer',
        {},
        { phase: 'receive', details: 'an oversized picture' },
      );
    }
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
