import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameParser } from './frame-parser.ts';
import { loadFields, requestFrame, vectorBytes } from './frames.test-data.ts';

function framed(content: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(content.length);
  return Buffer.concat([length, content]);
}

function pull(parser: FrameParser): Buffer[] {
  const frames: Buffer[] = [];
  for (let frame = parser.next(); frame !== undefined; frame = parser.next()) frames.push(frame);
  return frames;
}

const contents = [
  vectorBytes('FRAME-0800-A', 'hex'),
  vectorBytes('CUP-B', 'frame').subarray(2),
  requestFrame('0320', { 62: Buffer.alloc(960, 1) }),
  requestFrame('0200', loadFields),
  requestFrame('0820', {}),
];
const stream = Buffer.concat(contents.map(framed));

describe('frame parser', () => {
  it('cuts many frames out of one chunk, as views of it', () => {
    const parser = new FrameParser();
    parser.push(stream);
    const frames = pull(parser);
    expect(frames).toEqual(contents);
    expect(frames.every((frame) => frame.buffer === stream.buffer)).toBe(true);
    expect(parser.isInsideFrame).toBe(false);
  });

  it('puts frames together byte by byte', () => {
    const parser = new FrameParser();
    const frames: Buffer[] = [];
    for (const byte of stream) {
      parser.push(Buffer.of(byte));
      frames.push(...pull(parser));
    }
    expect(frames).toEqual(contents);
  });

  it('gives the same frames however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }), (sizes) => {
        const parser = new FrameParser();
        const frames: Buffer[] = [];
        for (let offset = 0, turn = 0; offset < stream.length; turn++) {
          const size = sizes[turn % sizes.length]!;
          parser.push(stream.subarray(offset, offset + size));
          frames.push(...pull(parser));
          offset += size;
        }
        expect(Buffer.concat(frames).equals(Buffer.concat(contents))).toBe(true);
        expect(frames.map((frame) => frame.length)).toEqual(contents.map((content) => content.length));
      }),
    );
  });

  it('waits with frames until they are pulled', () => {
    const parser = new FrameParser();
    parser.push(stream);
    expect(parser.next()).toEqual(contents[0]);
    parser.push(framed(contents[3]!));
    expect(pull(parser)).toEqual([...contents.slice(1), contents[3]]);
  });

  it('knows whether it is inside a frame', () => {
    const parser = new FrameParser();
    expect(parser.isInsideFrame).toBe(false);
    parser.push(stream.subarray(0, 1));
    expect(pull(parser)).toEqual([]);
    expect(parser.isInsideFrame).toBe(true);
    parser.push(stream.subarray(1, 40));
    expect(pull(parser)).toEqual([]);
    expect(parser.isInsideFrame).toBe(true);
  });

  it.each([0, 20, 4097, 65_535])('does not follow a stream with a frame of length %i', (length) => {
    const parser = new FrameParser();
    parser.push(Buffer.concat([framed(contents[0]!), Buffer.of(length >> 8, length & 255), stream]));
    expect(pull(parser)).toEqual([contents[0]]);
    expect(parser.fault).toBe(`frame length ${length} is not 21 to 4096`);
    parser.push(stream);
    expect(parser.next()).toBeUndefined();
  });

  it.each([21, 4096])('takes a frame of length %i', (length) => {
    const content = Buffer.alloc(length);
    content.writeUInt16BE(0x0200, 11);
    const parser = new FrameParser();
    parser.push(framed(content));
    expect(parser.next()).toEqual(content);
  });

  it.each(['0000', '0900', '1200', '02a0', '020f', 'ffff'])('takes %s for no MTI', (mti) => {
    const content = Buffer.from(contents[0]!);
    content.write(mti, 11, 'hex');
    const parser = new FrameParser();
    parser.push(framed(content));
    expect(parser.next()).toBeUndefined();
    expect(parser.fault).toBe(`MTI ${mti} is none`);
  });

  it('takes no answers, lest two machines answer each other for ever', () => {
    const content = Buffer.from(contents[0]!);
    content.write('0810', 11, 'hex');
    const parser = new FrameParser();
    parser.push(framed(content));
    expect(parser.next()).toBeUndefined();
    expect(parser.fault).toBe('MTI 0810 is none');
  });
});
