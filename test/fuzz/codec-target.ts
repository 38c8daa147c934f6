import { setImmediate as turn } from 'node:timers/promises';
import { type CaseOptions, framePool, fuzzCase } from './cases.ts';
import { type Depth, judgeStream } from './codec-judge.ts';
import { Dice } from './dice.ts';
import { MemoryWatch } from './memory-watch.ts';
import type { Sender } from './requests.ts';
import type { Report, TargetOptions } from './target.ts';

/** Nobody in particular: the codec asks for no proofs. */
const senders: readonly Sender[] = [
  {
    terminalNo: 'FUZZ0001',
    merchantNo: '904458041119999',
    samNo: '999900009999',
    cards: [{ cardNo: '3104580990000000017', keys: undefined }],
  },
];

/** Cases between two looks at the clock. */
const TURN = 500;
const POOL = 4_000;

/** Every case is read; some are looked at longer, or the run would cover a tenth. */
function depthOf(index: number): Depth {
  if (index % 16 === 0) return 'comparing';
  return index % 4 === 0 ? 'answering' : 'reading';
}

/** Fuzzes the codec in this process until told to stop. */
export async function fuzzCodec(options: TargetOptions, report: (report: Report) => void): Promise<void> {
  const memory = new MemoryWatch();
  const seal: CaseOptions['seal'] = (body) => body.fill(0x41, body.length - 8);
  const plain: CaseOptions = { senders, seal, mostFrames: 4, breakBytes: true };
  const cases = { ...plain, pool: framePool(new Dice(options.seed, -1), plain, POOL) };
  let frames = 0;
  let index = options.firstCase;
  while (!options.stop.aborted && index < options.lastCase) {
    for (let left = TURN; left > 0 && index < options.lastCase; left -= 1, index += 1) {
      const { stream, pieces } = fuzzCase(new Dice(options.seed, index), cases);
      try {
        frames += judgeStream(stream, pieces, depthOf(index));
      } catch (error) {
        report({ kind: 'finding', case: index, sentence: String(error), stream: stream.toString('hex') });
      }
    }
    const leak = memory.look();
    if (leak !== undefined) report({ kind: 'finding', case: index, sentence: leak });
    report({ kind: 'progress', cases: index - options.firstCase, frames, heapMiB: memory.lastMiB });
    await turn();
  }
  report({ kind: 'done', details: { heapFirstMiB: memory.firstMiB, heapLastMiB: memory.lastMiB } });
}
