import type { AuditNote, Command, Device } from '../device/command.ts';
import { CommandRefused } from '../errors.ts';
import { COMMAND_PREFIX, ERROR_BYTES, MAX_MESSAGE_BYTES } from '../wire/frame.ts';
import { HostRefused } from './errors.ts';
import { HostFields } from './host-fields.ts';
import { lmkKeys, type LmkKeys } from './lmk-keys.ts';

const MAX_ANSWER_FIELDS = MAX_MESSAGE_BYTES - COMMAND_PREFIX - ERROR_BYTES;

/** What a host command works with. */
export interface HostCall {
  readonly device: Device;
  readonly keys: LmkKeys;
  readonly fields: HostFields;
  readonly note: AuditNote;
  /** Refuses with 17 unless two custodians have opened this command. */
  authorise(): void;
}

interface HostCommand {
  readonly code: string;
  readonly name: string;
  /** Its fields may hold any byte. */
  readonly binary?: boolean;
  /** Keys came into being or left: the log is forced to disk before the answer. */
  readonly changes?: boolean;
  /** Reads all fields, acts, returns the answer's fields. Refuses by throwing HostRefused. */
  run(call: HostCall): string | Buffer;
}

/** A host command as one of the device's: reads text fields, answers text, and gives the trailer back. */
export function hostCommand({ code, name, binary, changes, run }: HostCommand): Command {
  return {
    code,
    name,
    ...(changes === true ? { changes } : {}),
    run(device, { message }, answer, note) {
      const fields = new HostFields(message, COMMAND_PREFIX, binary === true);
      try {
        const authorise = () => device.authorised.require(name);
        const result = run({ device, keys: lmkKeys(device.store.lmk), fields, note, authorise });
        answer.bytes(typeof result === 'string' ? Buffer.from(result, 'latin1') : result).bytes(fields.trailer);
        // Hexadecimal output can be twice its input.
        if (answer.length > MAX_ANSWER_FIELDS) throw new HostRefused('80');
      } catch (error) {
        const refused = error instanceof CommandRefused && error.code === '17' ? new HostRefused('17') : error;
        if (refused instanceof HostRefused) refused.trailer = fields.trailer;
        throw refused;
      }
    },
  };
}
