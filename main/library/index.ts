export { openLedger, openLibrary, type Library, type LibraryOptions, type LibraryOrigin } from './library';
