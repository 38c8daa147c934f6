import { transact } from '@citycard/common';
import { FIELD_BYTES } from './field-62.ts';
import type { Decision, RequestContext } from '../requests/context.ts';
import { findParameterSet, type ParameterSet, versionFor } from './parameter-sets.ts';

/** Version 4 ‖ block index 2 ‖ last flag 1 stand before the parameters. */
const BLOCK_HEAD = 7;
const BLOCK_BYTES = FIELD_BYTES - BLOCK_HEAD;

/**
 * Message 4, 360: the set of the newest roll-out that names the terminal, whole, block by block. The blocks after the first
 * are of the set the first was of, also when another roll-out has begun meanwhile. A block behind the last is answered 30.
 */
export async function sendParameters(context: RequestContext<'parameters'>): Promise<Decision> {
  const { blockIndex } = context.request.values.wanted;
  const version = blockIndex === 0 ? await beginDownload(context) : await versionOffered(context);
  if (version === undefined) return { code: '96' };
  const set = await findParameterSet(context.deps.db, version);
  if (set === undefined) return { code: '96' };
  const blocks = parameterBlocks(set);
  const block = blocks[blockIndex];
  if (block === undefined) return { code: '30' };
  const field = Buffer.alloc(BLOCK_HEAD + block.length);
  field.writeUInt32BE(Number(version), 0);
  field.writeUInt16BE(blockIndex, 4);
  field.writeUInt8(blockIndex === blocks.length - 1 ? 1 : 0, 6);
  block.copy(field, BLOCK_HEAD);
  return { code: '00', fields: { 62: field } };
}

async function beginDownload({ deps, terminal }: RequestContext): Promise<bigint | undefined> {
  const version = await versionFor(deps.db, terminal);
  if (version === undefined) return undefined;
  await deps.db.query(
    'update gateway.terminal set parameters_offered = $2 where terminal_no = $1 and parameters_offered is distinct from $2',
    [terminal.terminalNo, version],
  );
  return version;
}

async function versionOffered({ deps, terminal }: RequestContext): Promise<bigint | undefined> {
  const { rows } = await deps.db.query<{ offered: bigint | null }>(
    'select parameters_offered as offered from gateway.terminal where terminal_no = $1',
    [terminal.terminalNo],
  );
  return rows[0]?.offered ?? versionFor(deps.db, terminal);
}

/** The set as blocks: tag 1 ‖ length 1 ‖ value each, never a value across two blocks. */
export function parameterBlocks(set: Omit<ParameterSet, 'version' | 'note' | 'publishedBy' | 'publishedAt'>): Buffer[] {
  const number = (tag: number, value: number, length: 2 | 4) => {
    const bytes = Buffer.alloc(2 + length);
    bytes.writeUInt8(tag, 0);
    bytes.writeUInt8(length, 1);
    bytes.writeUIntBE(value, 2, length);
    return bytes;
  };
  const tags = [
    number(0x01, set.loadMaximumFen, 4),
    number(0x02, set.purseCapFen, 4),
    number(0x03, set.uploadIntervalSeconds, 4),
    number(0x04, set.recordAgeLimitDays, 2),
    number(0x05, set.hotlistIntervalSeconds, 4),
    ...set.moreTags.map(({ tag, value }) => {
      const bytes = Buffer.from(value, 'hex');
      return Buffer.concat([Buffer.of(tag, bytes.length), bytes]);
    }),
  ];
  const blocks: Buffer[][] = [[]];
  let room = BLOCK_BYTES;
  for (const tag of tags) {
    if (tag.length > room) {
      blocks.push([]);
      room = BLOCK_BYTES;
    }
    blocks.at(-1)?.push(tag);
    room -= tag.length;
  }
  return blocks.map((pieces) => Buffer.concat(pieces));
}

/** Message 4, 361: the terminal works by this set from now on. A version never published is answered 30. */
export async function confirmParameters(context: RequestContext<'parametersAdopted'>): Promise<Decision> {
  const { db } = context.deps;
  const version = BigInt(context.request.values.adopted.version);
  if ((await findParameterSet(db, version)) === undefined) return { code: '30' };
  const { terminalNo } = context.terminal;
  await transact(db, async (tx) => {
    await tx.query(
      `insert into gateway.parameter_confirmation (terminal_no, confirmed_at, version) values ($1, $2, $3) on conflict do nothing`,
      [terminalNo, context.now, version],
    );
    await tx.query(
      'update gateway.terminal set parameters_version = $2, parameters_confirmed_at = $3, last_seen_at = $3 where terminal_no = $1',
      [terminalNo, version, context.now],
    );
  });
  return { code: '00' };
}
