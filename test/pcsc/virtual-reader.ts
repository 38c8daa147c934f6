import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Output, runCommandLine } from '@citycard/citycard';
import { vi } from 'vitest';

/** Where the virtual reader's driver waits for a card, and the name PC/SC gives its first slot. */
export const VIRTUAL_SLOT = { host: '127.0.0.1', port: 35_963 };
export const VIRTUAL_READER = 'Virtual PCD 00 00';
/** Set where PC/SC has to be there: then nothing is skipped. */
export const FORCED = process.env['CITYCARD_TEST_PCSC'] === '1';

/** What a command prints; `err` is for people. */
export class Listener implements Output {
  text = '';
  write(text: string): void {
    this.text += text;
  }
}

/** Why nothing can be shown through PC/SC here; undefined when a virtual reader answers and no card lies in it. */
export async function whyNot(): Promise<string | undefined> {
  const out = new Listener();
  const err = new Listener();
  if ((await runCommandLine(['reader', 'list', '--json'], process.env, out, err)) !== 0) return firstSentence(err.text);
  const { readers } = JSON.parse(out.text) as { readers: { name: string; state: string }[] };
  const virtual = readers.find(({ name }) => name === VIRTUAL_READER);
  if (virtual === undefined) return 'no virtual reader is configured';
  return virtual.state === 'empty' ? undefined : 'a card lies in the virtual reader';
}

/**
 * The answer of the card to one command, as OpenSC prints it: status word and data in hex. The window keeps the card to itself
 * until its work is done, and lets go of it a moment after the answer; OpenSC is asked again while it is told so.
 */
export async function openscTool(apdu: string): Promise<{ status: string; data: string }> {
  const ask = () => promisify(execFile)('opensc-tool', ['--reader', VIRTUAL_READER, '--send-apdu', apdu]);
  const { stdout } = await vi.waitUntil(() => ask().catch(unlessInUse), { timeout: 5_000, interval: 100 });
  const status = /SW1=0x([0-9A-F]{2}), SW2=0x([0-9A-F]{2})/i.exec(stdout);
  // Rows of up to 16 bytes: "AA BB …" and the same as text behind them.
  const rows = (stdout.split(/SW2=0x..\):?/)[1] ?? '').split('\n');
  const data = rows.map((row) => /^((?:[0-9A-F]{2} )+)/i.exec(row)?.[1] ?? '').join('');
  return {
    status: `${status?.[1] ?? ''}${status?.[2] ?? ''}`.toUpperCase(),
    data: data.replaceAll(' ', '').toUpperCase(),
  };
}

function unlessInUse(error: unknown): undefined {
  if (!String(error).includes('in use by another application')) throw error;
}

const firstSentence = (text: string) => text.replace(/^citycard: /, '').split('. ')[0];
