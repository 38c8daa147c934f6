export {
  type OpenedOrKnown,
  openUpload,
  readUpload,
  type Upload,
  type UploadChannel,
  type UploadDeps,
  type UploadState,
} from './upload.ts';
export { appendToUpload } from './append.ts';
export { completeUpload } from './complete.ts';
export { dropStaleUploads, listUploads, type UploadQuery } from './list.ts';
export { uploadErrors } from './errors.ts';
