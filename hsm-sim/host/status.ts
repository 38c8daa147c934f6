import { hostCommand } from './host-command.ts';
import { lmkCheckValue } from './lmk-keys.ts';

/** Nine characters, as the device names its software. */
const FIRMWARE = '0100-CITY';
/** Mode 00 of NO: buffer 32 kB or more ‖ TCP ‖ links ‖ firmware ‖ reserved 5. */
const BUFFER = '3';
const TCP = '1';
const LINKS = '64';
const RESERVED = '00000';

/** B2: length 4 hexadecimal ‖ data → data. */
const echo = hostCommand({
  code: 'B2',
  name: 'echo',
  binary: true,
  run({ fields }) {
    const data = fields.bytes(fields.length());
    fields.end();
    return data;
  },
});

/** NC: → LMK check value 16 ‖ firmware 9. */
const diagnostics = hostCommand({
  code: 'NC',
  name: 'hostDiagnostics',
  run({ device, fields }) {
    fields.end();
    return lmkCheckValue(device.store.lmk) + FIRMWARE;
  },
});

/** NO: mode 2 (00) → buffer 1 ‖ TCP 1 ‖ links 2 ‖ firmware 9 ‖ reserved 5. */
const status = hostCommand({
  code: 'NO',
  name: 'hostStatus',
  run({ fields }) {
    fields.matching(2, /^00$/);
    fields.end();
    return BUFFER + TCP + LINKS + FIRMWARE + RESERVED;
  },
});

/** RA: ends the authorised state. */
const cancelAuthorisation = hostCommand({
  code: 'RA',
  name: 'cancelAuthorisation',
  changes: true,
  run({ device, fields }) {
    fields.end();
    device.authorised.cancel();
    return '';
  },
});

export const statusCommands = [echo, diagnostics, status, cancelAuthorisation];
