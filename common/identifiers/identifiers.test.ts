import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasValidLuhn, luhnDigit } from './luhn.ts';
import { parseResidentId, residentIdCheck, upgradeResidentId } from './resident-id.ts';

describe('Luhn', () => {
  it.each([
    ['7992739871', '3'],
    ['411111111111111', '1'],
    ['2610000000001234', '8'],
    ['261000000000000001', '2'],
  ])('completes %s with %s', (body, check) => {
    expect(luhnDigit(body)).toBe(check);
    expect(hasValidLuhn(body + check)).toBe(true);
  });

  it('notices every wrong digit and every swap of neighbours but 09', () => {
    const bodies = fc.stringMatching(/^\d{1,20}$/);
    fc.assert(
      fc.property(bodies, fc.nat(), fc.integer({ min: 1, max: 9 }), (body, where, difference) => {
        const number = body + luhnDigit(body);
        expect(hasValidLuhn(number)).toBe(true);
        const at = where % number.length;
        const wrong = String((Number(number[at]) + difference) % 10);
        expect(hasValidLuhn(number.slice(0, at) + wrong + number.slice(at + 1))).toBe(false);
        const [a, b] = [number[at]!, number[at + 1] ?? number[at]!];
        if (a !== b && ![a, b].every((digit) => digit === '0' || digit === '9')) {
          expect(hasValidLuhn(number.slice(0, at) + b + a + number.slice(at + 2))).toBe(false);
        }
      }),
    );
  });

  it('is about digits', () => {
    for (const wrong of ['', 'x', '12a']) expect(() => luhnDigit(wrong)).toThrow(RangeError);
    for (const wrong of ['', '0', '1x', '１８']) expect(hasValidLuhn(wrong)).toBe(false);
  });
});

describe('a resident identity number', () => {
  it('says where, when and who (published examples of GB 11643)', () => {
    expect(parseResidentId('11010519491231002X')).toEqual({
      ok: true,
      areaCode: '110105',
      birthDate: '1949-12-31',
      sex: 'female',
    });
    expect(parseResidentId('440524188001010014')).toMatchObject({ ok: true, birthDate: '1880-01-01', sex: 'male' });
  });

  it.each([
    ['11010519491231002x', /capital X/],
    ['1101051949123100', /17 digits/],
    ['110105194912310021', /check character/],
    ['110105190002290014', /date of birth/], // 1900 was no leap year
    ['000105194912310020', /province/],
  ])('is refused: %s', (id, reason) => {
    const result = parseResidentId(id);
    expect(result).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
    expect(JSON.stringify(result)).not.toContain(id);
  });

  it('grows from 15 digits to 18', () => {
    expect(upgradeResidentId('110105491231002')).toBe('11010519491231002X');
    expect(upgradeResidentId('110105490231002')).toBeUndefined();
    expect(upgradeResidentId('11010549123100')).toBeUndefined();
    expect(() => residentIdCheck('1')).toThrow(RangeError);
  });
});
