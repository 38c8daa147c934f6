import type { Command } from '../device/command.ts';
import { checkValue } from './check-value.ts';
import { dataBlockCommands } from './data.ts';
import { exchangeCommands } from './exchange.ts';
import { formKey } from './form.ts';
import { generationCommands } from './generate.ts';
import { hashData } from './hash.ts';
import { macCommands } from './macs.ts';
import { pinCommands } from './pins.ts';
import { statusCommands } from './status.ts';

/** The payShield-style commands (domain.md D.1–D.4), described in docs/reference/hsm-host-commands.md. */
export const hostCommands: readonly Command[] = [
  ...generationCommands,
  formKey,
  ...exchangeCommands,
  checkValue,
  ...pinCommands,
  ...dataBlockCommands,
  ...macCommands,
  hashData,
  ...statusCommands,
];
