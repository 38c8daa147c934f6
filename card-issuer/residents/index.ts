export { changeItems, type ChangeOutcome, type ItemChange, type RefusalReason, type RefusedChange } from './change.ts';
export type { ResidentDeps, ResidentHook } from './deps.ts';
export { type DisclosureRequest, discloseResident, discloseResidents, type ResidentItems } from './disclose.ts';
export { type Disclosure, disclosuresOf } from './disclosure-log.ts';
export { type DocumentKindName, documentKindNames, documentKinds, readDocumentNumber } from './documents.ts';
export { residentErrors } from './errors.ts';
export { FOUND_AT_MOST, type FindCriterion, findResidents, residentIdByNumber, residentIdsByNumbers } from './find.ts';
export { changesAfter, type ChangeKind, changesOf, maskDigits, type ResidentChange } from './history.ts';
export { readIdentityNumber } from './identity-number.ts';
export { checkItem, type CheckedValue } from './item-values.ts';
export {
  isItemName,
  type ItemDefinition,
  type ItemGroup,
  itemGroups,
  type ItemName,
  itemNames,
  items,
  type Producer,
  producers,
} from './items.ts';
export { maskedHolders, type MaskedResident } from './masked.ts';
export { maskItem, maskName, maskNumber, maskPhone, plainPhone } from './masking.ts';
export type { ItemValue, PersonalDocument } from './personal-document.ts';
export { registerResident } from './register.ts';
export type { Registration } from './registration.ts';
export { type DisclosureVerification, verifyDisclosures } from './verify-disclosures.ts';
