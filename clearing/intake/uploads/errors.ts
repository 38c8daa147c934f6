import { errorCatalogue } from '@citycard/common';

/** What can go wrong with an upload that is no fault of the file; a file that is wrong is refused with its own sentence. */
export const uploadErrors = errorCatalogue('clearing.uploads', {
  unknown: {
    status: 404,
    sentence: 'There is no upload {uploadId} of yours; open one with POST /v1/purchase-uploads.',
  },
  fileUnknown: { status: 404, sentence: 'There is no file {fileName}; see the list of files.' },
  offsetDiffers: {
    status: 409,
    sentence: 'The upload stands at byte {offset}; send the file on from there.',
  },
  tooLong: {
    status: 422,
    sentence:
      'More came than the {bytes} bytes announced; what was announced is kept up to byte {offset}. Open another upload with the right length.',
  },
  storageFull: {
    status: 507,
    sentence:
      'The database has no room left. What was acknowledged is safe; tell the operator of the platform, and send the file on when there is room.',
  },
});
