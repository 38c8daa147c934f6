import { errorCatalogue } from '@citycard/common';

/** Errors an operator of the installation meets at the command line. */
export const citycardErrors = errorCatalogue('citycard', {
  badOption: { status: 400, sentence: 'An option is not as it should be.' },
  notADemo: {
    status: 409,
    sentence:
      'The database already holds an installation that is not a demo. It is left untouched; give the demo a database of its own.',
  },
  otherCity: {
    status: 409,
    sentence:
      'The database is of city {city}, and CITYCARD_HOME_CITY says {said}. It is left untouched; give each city a database of its own.',
  },
  notRunning: { status: 503, sentence: 'No running installation was found; start it with "npm start" first.' },
  notAnswering: {
    status: 503,
    sentence: 'No installation answers at {url} ({reason}); start it with "npm start", or correct --url.',
  },
  noInstallation: { status: 404, sentence: 'There is no installation in this folder yet; "npm start" makes one.' },
  noCredential: {
    status: 401,
    sentence: 'No credential: give --token, set CITYCARD_TOKEN, or name a person of the demo with --as.',
  },
  sandboxIsForDemos: {
    status: 403,
    sentence: 'The sandbox gives keys away, so it exists in demo mode only; this installation is not a demo.',
  },
  notForDemos: {
    status: 409,
    sentence: 'CITYCARD_MODE is production; "npm start" plays and serves demos only.',
  },
  notFounded: {
    status: 409,
    sentence: 'This database holds no production installation. Found one first: npm run serve -- found PLAN.json',
  },
  otherMode: {
    status: 409,
    sentence: 'The database holds a {kind} installation, and CITYCARD_MODE says {said}. It is left untouched.',
  },
  testKeys: {
    status: 409,
    sentence:
      'The HSM at {address} keeps its keys under the published test LMK, which protects nothing. Start it with a passphrase of its own.',
  },
  portInUse: {
    status: 500,
    sentence:
      'Port {port} on {host} cannot be had ({reason}). Is a demo running already? Stop it, or choose other ports with CITYCARD_HTTP_PORT, CITYCARD_GATEWAY_PORT, CITYCARD_GATEWAY_TLS_PORT, CITYCARD_HSM_PORT and CITYCARD_READER_PORT.',
  },
  hsmDidNotStart: { status: 503, sentence: 'The HSM process did not start.' },
  refused: { status: 409, sentence: 'The installation refused: {detail}' },
  staffRegisterUnreadable: {
    status: 422,
    sentence: 'The staff register cannot be read: {reason}. Nothing is changed.',
  },
  pcscMissing: {
    status: 503,
    sentence:
      'There is no PC/SC on this machine ({reason}). To use card readers here, install and start it (Debian: apt-get install pcscd); everything else works without.',
  },
  readerNotPluggedIn: { status: 404, sentence: 'No card reader {name} is plugged in; there is: {plugged}.' },
  readerToChoose: {
    status: 400,
    sentence: 'More than one card reader is plugged in; say which with --reader: {plugged}.',
  },
  readerWithoutCard: { status: 409, sentence: 'No card lies in reader {name}, or it does not answer.' },
  readerRefused: { status: 409, sentence: 'The installation did not take the reader: {detail}' },
  bridgePortInUse: {
    status: 503,
    sentence: 'Port {port} cannot be had on loopback ({reason}); another reader bridge may be running.',
  },
  participantUnknown: { status: 404, sentence: 'No participant has the number {participantNo}.' },
  demoElsewhere: {
    status: 409,
    sentence:
      'The demo in this database was played from another folder, so its credentials are not here. Set CITYCARD_VAR to that folder, or start clean with --fresh.',
  },
  dayFailed: { status: 500, sentence: 'The day could not be played to its end.' },
});
