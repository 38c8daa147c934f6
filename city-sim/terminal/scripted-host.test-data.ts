import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { encryptEcb, keyCheckValue } from '../cryptography/block-cipher.ts';
import { decodeFrame, encodeFrame, FrameSplitter } from '../iso8583/frame.ts';
import { messageMac, type MacAlgorithm } from '../iso8583/mac.ts';
import {
  bytesOf,
  decodeMessage,
  encodeMessage,
  message,
  textOf,
  type FieldValue,
  type Message,
} from '../iso8583/message.ts';

/** Fields of an answer beside those every answer has. */
export type Script = (request: Message) => Readonly<Record<number, FieldValue>> | 'silent' | 'hang-up';

/** A host that knows framing, MAC and sign-on and leaves the rest to a script: enough to try a terminal against. */
export class ScriptedHost {
  readonly masterKey = Buffer.from('0123456789ABCDEFFEDCBA9876543210', 'hex');
  readonly pik = Buffer.from('11223344556677889900AABBCCDDEEFF', 'hex');
  mak = Buffer.from('A1A2A3A4A5A6A7A8B1B2B3B4B5B6B7B8', 'hex');
  macAlgorithm: MacAlgorithm = 'x9.19';
  spoilCheckValue = false;
  script: Script = () => ({ 39: '00' });
  /** Every request as it came, MTI to field 64. */
  readonly requests: Buffer[] = [];
  readonly #server = createServer((socket) => this.#serve(socket));
  readonly #sockets = new Set<Socket>();

  async listen(): Promise<{ host: string; port: number }> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    const splitter = new FrameSplitter();
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes: Buffer) => {
      for (const content of splitter.push(bytes)) this.#answer(socket, content);
    });
  }

  #answer(socket: Socket, content: Buffer): void {
    const frame = decodeFrame(content);
    this.requests.push(frame.body);
    const request = decodeMessage(frame.body);
    const signingOn = textOf(request, 60).endsWith('003');
    const covered = frame.body.subarray(0, frame.body.length - 8);
    const macRight = signingOn || messageMac(this.macAlgorithm, this.mak, covered).equals(bytesOf(request, 64));
    const scripted = macRight
      ? signingOn
        ? { 39: '00', 62: this.#workingKeys() }
        : this.script(request)
      : { 39: 'A0' };
    if (scripted === 'hang-up') socket.destroy();
    if (typeof scripted === 'string') return;
    const mti = String(Number(request.mti) + 10).padStart(4, '0');
    const back = [11, 41, 42, 60].map((field) => [field, textOf(request, field)]);
    const fields = { ...Object.fromEntries(back), 12: '120000', 13: '0301', 37: '000000000001', ...scripted };
    const body = encodeMessage(message(mti, signingOn ? fields : { ...fields, 64: Buffer.alloc(8) }));
    if (!signingOn)
      messageMac(this.macAlgorithm, this.mak, body.subarray(0, body.length - 8)).copy(body, body.length - 8);
    socket.write(encodeFrame({ ...frame, body }));
  }

  #workingKeys(): Buffer {
    const parts = [this.pik, this.mak].flatMap((key) => [encryptEcb('3des', this.masterKey, key), keyCheckValue(key)]);
    const field = Buffer.concat(parts);
    if (this.spoilCheckValue) field[39] = (field[39] ?? 0) ^ 1;
    return field;
  }
}
