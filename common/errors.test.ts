import { expect, it } from 'vitest';
import { CityCardError, errorCatalogue } from './errors.ts';

const errors = errorCatalogue('parking', {
  spaceTaken: { status: 409, sentence: 'Space {space} is taken.' },
  gateStuck: { status: 503, sentence: 'The gate does not open.' },
});

it('an error has a code for programs and a sentence for people', () => {
  const error = errors.spaceTaken({ space: 12 });
  expect(error).toBeInstanceOf(CityCardError);
  expect(error).toMatchObject({ code: 'parking.space-taken', status: 409, message: 'Space 12 is taken.' });
  expect(error.detail).toEqual({ space: 12 });
});

it('an error keeps its cause, and a detail in words', () => {
  const cause = new Error('no power');
  const error = errors.gateStuck('north gate', cause);
  expect(error.message).toBe('The gate does not open. (north gate)');
  expect(error.cause).toBe(cause);
  expect(errors.gateStuck().message).toBe('The gate does not open.');
});
