/**
 * Somebody else was faster with a number that was free a moment ago. Looks like the server's own wish to try again, and is
 * treated like it by `transact`.
 */
export class GaveWay extends Error {
  readonly code = '40001';
}
