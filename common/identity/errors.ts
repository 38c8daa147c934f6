import { errorCatalogue } from '../errors.ts';

export const identityErrors = errorCatalogue('identity', {
  unauthenticated: {
    status: 401,
    sentence: 'Who are you? Send the header "Authorization: Bearer <token>" with a token this system issued.',
  },
  roleMissing: { status: 403, sentence: '{name} may not do this; it takes one of the roles {roles}.' },
  principalExists: {
    status: 409,
    sentence: 'There is a principal "{id}" already. Choose another id, or keep using the token it was given.',
  },
  personUnknown: { status: 404, sentence: 'There is no person "{id}" here.' },
  bothSides: {
    status: 409,
    sentence:
      '{name} would supervise the company and act for it. Those are two persons: give one of the roles to somebody else.',
  },
  registerNotTaken: { status: 422, sentence: 'The staff register was not taken and nothing is changed: {problems}.' },
  registerSaysNothingNew: {
    status: 409,
    sentence: 'Everybody in this staff register is known by that number already; there is nothing to do.',
  },
  approvalUnknown: { status: 404, sentence: 'There is no proposal {approvalId} to approve.' },
  approvalDecided: { status: 409, sentence: 'Proposal {approvalId} was approved already; nothing is returned.' },
  proposalReturned: {
    status: 409,
    sentence:
      '{by} has returned proposal {approvalId}: {reason} Its maker may propose the same again, or something else.',
  },
  samePerson: {
    status: 409,
    sentence: '{name} proposed this and cannot approve it too. It takes a second person.',
  },
  contentDiffers: {
    status: 409,
    sentence:
      'What is to be approved is not what was proposed as {approvalId}. Read the proposal again, or propose anew.',
  },
});
