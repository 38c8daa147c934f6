import { afterAll, beforeAll, expect, it } from 'vitest';
import { look, quiet } from './browser.ts';
import { closeTill, type DeskWithCard, deskWithCard, idNumber } from './counter-desk.ts';
import type { PortalWorld } from './world.ts';

const LONG = 'x'.repeat(10_000);
const NINES = '9'.repeat(10_000);
const AMOUNTS = ['abc', '-5', '1.234', '12,5', '99999999', '😀', NINES];
const DAY = { '#k-day': '2026-11-20' };

interface Field {
  readonly field: string;
  readonly nonsense: readonly string[];
  /** What is right in the other fields. */
  readonly besides?: Readonly<Record<string, string>>;
}
interface Form {
  /** Where the form is, and what opens it. */
  readonly at: string;
  readonly act?: 'load' | 'block' | 'replace' | 'oldCards' | 'case' | 'notices';
  readonly part?: 'disclosure' | 'corrections' | 'concessions' | 'photo';
  /** A choice that shows the fields. */
  readonly choose?: string;
  /** Pressed instead of the Enter key. */
  readonly press?: string;
  readonly fields: readonly Field[];
}

/** Every form of the counter, given what no one should type: each says a sentence, and nothing is changed. */
export function counterNonsenseTests(world: () => PortalWorld): void {
  let at: DeskWithCard;
  beforeAll(async () => {
    at = await deskWithCard(world(), 'clerk-1', { reader: 'window-5', order: '735', name: '测试柜台戊' });
    const senior = { category: 'senior', evidence: 'identity-document' };
    await at.truth.post('clerk-1', `/v1/residents/${at.residentId}/concessions`, senior);
  }, 120_000);
  afterAll(async () => {
    await at?.desk.close();
    await closeTill(world(), 'clerk-1');
  });

  it('says a sentence to nonsense in every form, and changes nothing', async () => {
    const { desk, truth, cardNo, residentId, balance, till } = at;
    const { page, words: zh } = desk;
    const ofCard = `/counter/cards/${cardNo}`;
    const ofResident = `/counter/residents/${residentId}`;
    const forms: readonly Form[] = [
      {
        at: '/counter',
        fields: [{ field: '#resident-search', nonsense: ['370702199003071231', '990702199003071231', '😀', LONG] }],
      },
      {
        at: '/counter/residents/new',
        fields: [
          { field: '#r-id', nonsense: ['370702199003071231', 'abc', '-5', '😀', LONG], besides: { '#r-name': '测试' } },
          { field: '#r-phone', nonsense: ['abc', '12', '😀', LONG], besides: { '#r-id': idNumber('737') } },
          { field: '#r-name', nonsense: [' '], besides: { '#r-id': idNumber('737'), '#r-phone': '' } },
        ],
      },
      {
        at: '/counter/loss',
        fields: [
          { field: '#q-name', nonsense: ['', ' '] },
          { field: '#q-birth', nonsense: [''], besides: { '#q-name': '测试' } },
          { field: '#q-phone', nonsense: ['abc', '1', '😀', LONG], besides: { '#q-birth': '1988-02-29' } },
        ],
      },
      { at: ofCard, act: 'load', fields: [{ field: '#l-cash', nonsense: AMOUNTS }] },
      { at: ofCard, act: 'block', fields: [{ field: '#b-reason', nonsense: ['', ' ', '😀'] }] },
      {
        at: ofCard,
        act: 'replace',
        choose: zh.replace.way.stock,
        fields: [{ field: '#x-new', nonsense: ['123', 'abc', '-1', '😀', NINES, LONG, cardNo] }],
      },
      {
        at: ofCard,
        act: 'oldCards',
        fields: [
          { field: '#o-no', nonsense: ['', '1', '😀', LONG], besides: { '#o-issuer': '9044' } },
          { field: '#o-issuer', nonsense: ['-', '😀'], besides: { '#o-no': 'OLD-1234' } },
        ],
      },
      {
        at: ofCard,
        act: 'case',
        fields: [
          { field: '#k-day', nonsense: ['', '2999-01-01'] },
          { field: '#k-amount', nonsense: AMOUNTS, besides: DAY },
          { field: '#k-who', nonsense: ['1', '😀'], besides: { ...DAY, '#k-amount': '' } },
          { field: '#k-contact', nonsense: ['1', '😀'], besides: { ...DAY, '#k-who': '' } },
        ],
      },
      {
        at: ofCard,
        act: 'notices',
        fields: [
          { field: '#n-phone', nonsense: ['', 'abc', '12', '😀', NINES] },
          { field: '#n-low', nonsense: AMOUNTS, besides: { '#n-phone': '13900007735' } },
        ],
      },
      { at: ofResident, part: 'disclosure', fields: [{ field: '#d-purpose', nonsense: ['', ' '] }] },
      {
        at: ofResident,
        part: 'corrections',
        fields: [
          { field: '#c-value', nonsense: ['', ' ', 'abc', '😀', LONG], besides: { '#c-reason': '更正' } },
          { field: '#c-reason', nonsense: ['', ' '], besides: { '#c-value': '13900007736' } },
        ],
      },
      {
        at: ofResident,
        part: 'concessions',
        press: zh.concessions.end,
        fields: [{ field: 'input.field-inline', nonsense: ['', ' ', 'x'] }],
      },
      {
        at: ofResident,
        part: 'photo',
        press: zh.disclosure.go,
        fields: [{ field: '#p-purpose', nonsense: ['', ' '] }],
      },
      {
        at: '/counter/shift',
        fields: [{ field: 'table.counting input >> nth=0', nonsense: ['x', '-1', '1.5', '😀', LONG] }],
      },
      {
        at: '/counter/readers',
        fields: [{ field: 'main input.field-inline', nonsense: ['', 'abc', '-1', '99999', '😀', LONG] }],
      },
    ];
    const changed: string[] = [];
    page.on('response', (answer) => {
      const method = answer.request().method();
      const path = new URL(answer.url()).pathname;
      if (method !== 'GET' && answer.ok() && !path.endsWith('/residents/search')) changed.push(`${method} ${path}`);
    });
    const standing = async () => [await balance(), await till(), (await truth.get(`/v1/cards/${cardNo}`))['state']];
    const before = await standing();
    const said = page
      .locator('main .fault, main [role=alert], main .empty-state, main [role=status].quiet, main p[role=status]')
      .filter({ hasText: /\S/ })
      .filter({ visible: true });
    for (const form of forms) {
      await desk.go(form.at);
      if (form.act !== undefined) await desk.open(form.act);
      if (form.part !== undefined)
        await page.getByRole('button', { name: zh.resident[form.part], exact: true }).click();
      if (form.choose !== undefined) await page.getByLabel(form.choose).check();
      for (const { field: name, nonsense: all, besides } of form.fields) {
        for (const [other, value] of Object.entries(besides ?? {})) await page.fill(other, value);
        const field = page.locator(name);
        for (const nonsense of all) {
          await field.fill('');
          if (/-(day|birth)$/.test(name)) await field.fill(nonsense);
          else {
            // As it is pasted: what a field has no room for stays outside.
            await field.focus();
            await page.keyboard.insertText(nonsense);
          }
          if (form.press === undefined) await field.press('Enter');
          else await page.getByRole('button', { name: form.press, exact: true }).click();
          const what = `${form.at} ${form.act ?? form.part ?? ''} ${name} ${nonsense.slice(0, 20)}`;
          const isSaid = await said
            .first()
            .waitFor({ timeout: 4_000 })
            .then(
              () => true,
              () => false,
            );
          if (!isSaid) await look(page, 'nonsense-unsaid');
          expect([what, isSaid, changed, desk.complaints]).toEqual([what, true, [], []]);
        }
      }
    }
    await quiet(page);
    expect(await standing()).toEqual(before);
  });
}
