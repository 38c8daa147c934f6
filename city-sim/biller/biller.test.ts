import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBiller, type Biller } from './biller.ts';

const bills = [{ customer: 'TESTW1', reference: 'WB1', amountFen: 1234 }];

describe('a utility company', () => {
  let biller: Biller;
  const open = async (refusal?: string) => {
    biller = await openBiller({ name: 'WATR', secret: 's', dueDate: '20991231', bills, ...(refusal && { refusal }) });
  };
  const pay = async (payment: object): Promise<unknown> => {
    const response = await fetch(`${biller.baseUrl}/payments`, { method: 'POST', body: JSON.stringify(payment) });
    return response.json();
  };
  const due = async (): Promise<unknown> => (await fetch(`${biller.baseUrl}/bills?customer=TESTW1`)).json();
  const payment = { paymentId: 'P1', customer: 'TESTW1', reference: 'WB1', amountFen: 1234 };
  beforeEach(() => open());
  afterEach(() => biller.close());

  it('shows a bill until it is paid, and takes a payment once however often it is sent', async () => {
    expect(await due()).toMatchObject({ bills: [{ reference: 'WB1', dueFen: 1234 }] });
    const paid = { outcome: 'paid', paymentId: 'P1', receipt: 'WATR00000001' };
    expect(await pay(payment)).toEqual(paid);
    expect(await pay(payment)).toEqual(paid);
    expect(biller.payments).toHaveLength(1);
    expect(await due()).toEqual({ bills: [] });
  });

  it('refuses what is not due, or everything when told so', async () => {
    expect(await pay({ ...payment, amountFen: 1 })).toMatchObject({ outcome: 'refused' });
    await biller.close();
    await open('closed');
    expect(await pay(payment)).toEqual({ outcome: 'refused', reason: 'closed' });
  });

  it('is not there for who does not know its address', async () => {
    expect((await fetch(biller.baseUrl.replace('/s', '/t/bills'))).status).toBe(404);
  });
});
