import { readFile } from 'node:fs/promises';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { productionErrors } from './errors.ts';

const Name = Type.String({ pattern: '^[^\\u0000-\\u001f\\u007f]{1,60}$' });

const Officer = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z][a-z0-9.-]{1,39}$' }),
    name: Name,
    /** Number in the staff register. */
    personNo: Type.String({ pattern: '^[0-9A-Za-z-]{1,40}$' }),
  },
  { additionalProperties: false },
);

/** What a city agrees on before its installation is founded. Everything else is done by the two officers named here. */
export const FoundingPlan = Type.Object(
  {
    /** Inter-city code; has to be that of CITYCARD_HOME_CITY. */
    cityCode: Type.String({ pattern: '^[0-9]{4}$' }),
    company: Name,
    /** The custody account payments go out from; `bankLineNo` is the bank's number in the national payment system. */
    custody: Type.Object(
      {
        accountNo: Type.String({ pattern: '^[0-9]{6,32}$' }),
        bankLineNo: Type.String({ pattern: '^[0-9]{12}$' }),
        accountName: Name,
      },
      { additionalProperties: false },
    ),
    /** Account numbers, beside custody. */
    cardDepositsAccountNo: Type.String({ pattern: '^[0-9]{6,32}$' }),
    ownFundsAccountNo: Type.String({ pattern: '^[0-9]{6,32}$' }),
    /** The first two platform officers: neither can do anything of weight without the other. */
    officers: Type.Array(Officer, { minItems: 2, maxItems: 2 }),
  },
  { additionalProperties: false },
);
export type FoundingPlan = Static<typeof FoundingPlan>;

/**
 * Reads a plan.
 *
 * @throws CityCardError `production.plan-unreadable`, naming the place in the file
 */
export async function readPlan(file: string): Promise<FoundingPlan> {
  let plan: unknown;
  try {
    plan = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw productionErrors.planUnreadable({ file, reason: (error as Error).message }, error);
  }
  const wrong = (reason: string) => productionErrors.planUnreadable({ file, reason });
  if (!Value.Check(FoundingPlan, plan)) {
    const [first] = Value.Errors(FoundingPlan, plan);
    throw wrong(`${first?.instancePath ?? ''} ${first?.message ?? 'not valid'}`.trim());
  }
  const [one, other] = plan.officers;
  if (one?.id === other?.id || one?.personNo === other?.personNo) throw wrong('/officers are one person');
  const accounts = [plan.custody.accountNo, plan.cardDepositsAccountNo, plan.ownFundsAccountNo];
  if (new Set(accounts).size !== accounts.length)
    throw wrong('custody, card deposits and own funds need an account each: they are never mixed');
  return plan;
}
