/** Words on what custodians do at the console of the HSM. */
export const ceremonyEn = {
  title: 'Key ceremonies',
  about:
    'Keys are made by three custodians at the console of the HSM, never in a browser. Here is how things stand, what is due, and the command to type there.',
  whatFor: 'Key',
  state: 'State',
  command: 'Command at the console',
  none: 'The keys cannot be read, so nobody knows what is due. Bring the HSM back first.',
  present: 'there, KCV {kcv}',
  due: 'missing: a ceremony is due',
  optional: 'not in use',
  authorised: 'The HSM is in its authorised state. Outside a ceremony it should be closed: citycard hsm cancel',
  lmk: 'The LMK has the check value {kcv}: compare it with the envelopes before you begin.',
  made: 'The minutes are kept as a file and signed by all present; components are never shown and never in them.',
};
