import { unsigned } from '../bytes/integers.ts';
import { decryptEcb, keyCheckValue } from '../cryptography/block-cipher.ts';
import { MalformedBytes } from '../errors.ts';
import { bytesOf } from '../iso8583/message.ts';
import type { Answer, TerminalLine } from './line.ts';

/** Message 1: takes new working keys when the answer brings them and their check values are right. */
export async function signOn(line: TerminalLine, operator = '001'): Promise<Answer> {
  const greeting = Buffer.from('Simulated terminal', 'ascii');
  const request = line.compose('0800', '00', '003', { 62: greeting, 63: operator });
  const answer = await line.exchange(request, { withoutMac: true });
  if (answer.kind === 'answered' && answer.code === '00') takeWorkingKeys(line, bytesOf(answer.message, 62));
  return answer;
}

/** PIK under TMK 16 ‖ KCV 4 ‖ MAK under TMK 16 ‖ KCV 4 */
function takeWorkingKeys(line: TerminalLine, field: Buffer): void {
  if (field.length !== 40) throw new MalformedBytes(`working keys have 40 bytes, not ${field.length}`);
  const [pik, mak] = [0, 20].map((at) => {
    const key = decryptEcb('3des', line.settings.masterKey, field.subarray(at, at + 16));
    if (!keyCheckValue(key).equals(field.subarray(at + 16, at + 20))) {
      throw new MalformedBytes('a working key does not have the check value that came with it');
    }
    return key.toString('hex');
  });
  line.memory.pik = pik;
  line.memory.mak = mak;
}

/** Message 2. */
export async function signOff(line: TerminalLine): Promise<Answer> {
  return line.exchange(line.compose('0820', '00', '002'));
}

/** Message 3. */
export async function echo(line: TerminalLine): Promise<Answer> {
  return line.exchange(line.compose('0820', '00', '301'));
}

/** Message 4: all blocks, then 361. Parameters come into force with the last block. */
export async function fetchParameters(line: TerminalLine): Promise<Answer> {
  const parameters: Record<string, string> = {};
  for (let block = 0; ; block += 1) {
    const held = Buffer.concat([unsigned(line.memory.parametersVersion, 4), unsigned(block, 2)]);
    const answer = await line.exchange(line.compose('0800', '00', '360', { 62: held }));
    if (answer.kind !== 'answered' || answer.code !== '00') return answer;
    const page = bytesOf(answer.message, 62);
    if (page.length < 7) throw new MalformedBytes('a parameter block has at least 7 bytes');
    Object.assign(parameters, readTags(page.subarray(7)));
    if (page[6] === 0) continue;
    line.memory.parametersVersion = page.readUInt32BE(0);
    line.memory.parameters = parameters;
    return line.exchange(line.compose('0800', '00', '361', { 62: page.subarray(0, 4) }));
  }
}

/** tag 1 ‖ length 1 ‖ value, repeated */
function readTags(bytes: Buffer): Record<string, string> {
  const tags: Record<string, string> = {};
  for (let at = 0; at < bytes.length;) {
    const end = at + 2 + (bytes[at + 1] ?? 0);
    if (at + 2 > bytes.length || end > bytes.length) throw new MalformedBytes('a parameter ends outside its block');
    tags[bytes.subarray(at, at + 1).toString('hex')] = bytes.subarray(at + 2, end).toString('hex');
    at = end;
  }
  return tags;
}

/** Message 5: all pages from the version held, then 391. The list comes into force with the last page. */
export async function fetchHotlist(line: TerminalLine): Promise<Answer> {
  const hotlist = new Set(line.memory.hotlist);
  for (let index = 0; ;) {
    const held = Buffer.concat([unsigned(line.memory.hotlistVersion, 4), unsigned(index, 4)]);
    const answer = await line.exchange(line.compose('0800', '00', '390', { 62: held }));
    if (answer.kind !== 'answered' || answer.code !== '00') return answer;
    const page = bytesOf(answer.message, 62);
    const count = page[9] ?? 0;
    if (page.length !== 10 + count * 11)
      throw new MalformedBytes(`a hotlist page of ${count} entries has ${page.length} bytes`);
    for (let at = 10; at < page.length; at += 11) {
      const applicationSerial = page.subarray(at + 1, at + 11).toString('hex');
      if (page[at] === 0x01) hotlist.add(applicationSerial);
      else if (page[at] === 0x02) hotlist.delete(applicationSerial);
    }
    index = page.readUInt32BE(4);
    if (page[8] !== 0) continue;
    line.memory.hotlistVersion = page.readUInt32BE(0);
    line.memory.hotlist = [...hotlist];
    return line.exchange(line.compose('0800', '00', '391', { 62: page.subarray(0, 4) }));
  }
}
