import { errorCatalogue } from '@citycard/common';

/** Errors of founding and serving a production installation. */
export const productionErrors = errorCatalogue('production', {
  badWord: { status: 400, sentence: '{reason} See: npm run serve -- --help' },
  planUnreadable: { status: 422, sentence: 'The plan {file} cannot be used: {reason}. Nothing was changed.' },
  modeNotSet: {
    status: 409,
    sentence: 'Set CITYCARD_MODE=production: without it this installation would be a demo, which "npm start" serves.',
  },
  settingMissing: { status: 409, sentence: 'Production needs {name}: {why}.' },
  keysMissing: {
    status: 409,
    sentence:
      'The HSM at {address} has no {keys}. Hold the ceremonies first (docs/operating-keys.md); nothing was founded.',
  },
  founded: { status: 409, sentence: 'This database holds an installation already. It is left untouched.' },
  otherCityPlanned: {
    status: 409,
    sentence: 'The plan is of city {planned}, and CITYCARD_HOME_CITY says {said}. Nothing was changed.',
  },
  passwordFile: {
    status: 409,
    sentence:
      '{file} is there already: it may hold a first password that was not taken. Move it away; nothing was changed.',
  },
});
