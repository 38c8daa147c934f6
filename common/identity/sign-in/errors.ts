import { errorCatalogue } from '../../errors.ts';

export const signInErrors = errorCatalogue('identity', {
  signInRefused: {
    status: 401,
    sentence: 'Name, password or code is not right. A code counts once: wait for the next one, then try again.',
  },
  signInPaused: {
    status: 429,
    sentence: 'There were too many attempts. Wait {retryAfterSeconds} seconds, then try again.',
  },
  sessionEnded: { status: 401, sentence: 'Your session has ended ({why}). Sign in again; nothing was changed.' },
  stepUpNeeded: {
    status: 403,
    sentence: 'This act asks for a fresh code of your second factor. Enter it, then repeat the act.',
  },
  stepUpRefused: { status: 422, sentence: 'The code is not right, or was used before. Wait for the next one.' },
  enrolFirst: {
    status: 403,
    sentence: 'Choose a password of your own and enrol your second factor first; then you can work.',
  },
  onlyInSession: { status: 409, sentence: 'This is for people who have signed in; a long-lived token has no session.' },
  currentPasswordWrong: { status: 422, sentence: 'The current password is not right.' },
  passwordNotTaken: { status: 422, sentence: 'This password is not taken: {reason}.' },
  nothingToConfirm: { status: 409, sentence: 'No second factor waits to be confirmed. Ask for a new secret first.' },
  userUnknown: { status: 404, sentence: 'There is no user "{id}" here.' },
  sessionUnknown: { status: 404, sentence: 'There is no open session {sessionNo} of yours.' },
  rolesNotFitting: { status: 422, sentence: 'These roles cannot be given to {id}: {reason}.' },
  passwordGiven: {
    status: 409,
    sentence: 'The first password of {id} was given out already. Propose another if it was lost.',
  },
  ruleUnknown: { status: 404, sentence: 'The sign-in has no number "{rule}"; see the list of them.' },
  ruleOutOfBounds: { status: 422, sentence: '{rule} can be from {least} to {most}; {value} is not.' },
  ruleSame: { status: 422, sentence: '{rule} is {value} already.' },
  ruleLonger: { status: 422, sentence: '{short} ({first}) may not be more than {long} ({second}).' },
  exportLimit: {
    status: 429,
    sentence: 'You have exported {exports} lists with {rows} rows today; more is for tomorrow, or for another person.',
  },
});
