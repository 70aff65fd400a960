/** What a dragged upload is carried as: its id. */
export const dragType = 'application/x-orthodesk-upload';
