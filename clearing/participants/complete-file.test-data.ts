import { addDays, cityDate, type Principal, transact } from '@citycard/common';
import type { TestDatabase } from '@citycard/common';
import { approveContract, fileContact, fileDocument, proposeContract } from './documents.ts';

/** Files everything a participant needs before it goes into production, its settlement account apart. */
export async function completeFile(
  db: TestDatabase['db'],
  officers: { readonly maker: Principal; readonly checker: Principal },
  participantNo: string,
): Promise<void> {
  const { maker, checker } = officers;
  await transact(db, async (tx) => {
    await fileDocument(tx, maker, { participantNo, kind: 'licence', reference: 'test 1', sha256: '1'.repeat(64) });
    const paper = { participantNo, kind: 'contract', reference: 'test 2', sha256: '2'.repeat(64) } as const;
    const { documentNo } = await fileDocument(tx, maker, paper);
    for (const purpose of ['settlement', 'operations'] as const)
      await fileContact(tx, maker, { participantNo, purpose, office: 'Office (test)', email: 'office@test.example' });
    const validFrom = addDays(cityDate(new Date()), -1);
    const contract = { participantNo, contractNo: 'T-1', validFrom, noticeDays: 30, documentNo };
    const { approvalId } = await proposeContract(tx, maker, contract);
    await approveContract(tx, checker, contract, approvalId);
  });
}
