export { openLibrary, type Library, type LibraryOptions, type LibraryOrigin } from './library';
