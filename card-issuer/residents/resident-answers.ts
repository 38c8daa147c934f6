import { Type } from '@citycard/common';
import { Day, Moment, Numbered } from '../answers.ts';

/** A resident as lists show one (`MaskedResident`). */
export const MaskedAnswer = Type.Object({
  residentId: Numbered,
  name: Type.String({ description: 'masked' }),
  idNumber: Type.Optional(Type.String({ description: 'masked' })),
  birthYear: Type.Optional(Type.String()),
  phone: Type.Optional(Type.String({ description: 'masked' })),
  population: Type.String(),
  state: Type.String(),
});
export const FoundAnswer = Type.Object({ residents: Type.Array(MaskedAnswer), complete: Type.Boolean() });
export const RegisteredAnswer = Type.Object({ residentId: Numbered, possibleDuplicates: Type.Array(MaskedAnswer) });
/** Items in clear, by name. */
export const DisclosedAnswer = Type.Object({
  items: Type.Record(
    Type.String(),
    Type.Object({ value: Type.String(), producer: Type.String(), source: Type.String(), at: Moment }),
  ),
});
export const CorrectedAnswer = Type.Object({
  applied: Type.Array(Type.String()),
  unchanged: Type.Array(Type.String()),
});
/** What a resident was granted (`Concession`). */
export const ConcessionAnswer = Type.Object({
  category: Type.String(),
  evidence: Type.String(),
  method: Type.String(),
  verifiedBy: Type.String(),
  verifiedAt: Moment,
  validFrom: Day,
  validTo: Day,
  endedOn: Type.Optional(Day),
  endReason: Type.Optional(Type.String()),
});
