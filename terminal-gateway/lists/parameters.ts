import { type Fen, fen } from '@citycard/common';
import { answerFields } from '../catalogue/answer.ts';
import type { Decision, RequestContext } from '../requests/context.ts';

interface ParameterRow {
  version: bigint;
  load_maximum_fen: bigint;
  purse_cap_fen: bigint;
  upload_interval_seconds: number;
  record_age_limit_days: number;
  hotlist_interval_seconds: number;
}

/** Message 4, 360: the newest parameter set. It fits one block, so every block asked for is the last. */
export async function sendParameters(context: RequestContext<'parameters'>): Promise<Decision> {
  const { rows } = await context.deps.db.query<ParameterRow>(
    'select * from gateway.parameter_set order by version desc limit 1',
  );
  const set = rows[0];
  if (set === undefined) return { code: '96' };
  const limit = (value: bigint): Fen => fen(value);
  const fields = answerFields('parameters', {
    block: {
      version: Number(set.version),
      blockIndex: context.request.values.wanted.blockIndex,
      lastFlag: 1,
      parameters: {
        loadMaximumFen: limit(set.load_maximum_fen),
        purseCapFen: limit(set.purse_cap_fen),
        uploadIntervalSeconds: set.upload_interval_seconds,
        recordAgeLimitDays: set.record_age_limit_days,
        hotlistIntervalSeconds: set.hotlist_interval_seconds,
      },
    },
  });
  return { code: '00', fields };
}
