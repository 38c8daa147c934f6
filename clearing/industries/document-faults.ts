import { type Tariff, tariffTableProblem } from '../pricing/tariff.ts';
import type { BusinessDate } from '@citycard/common';
import type { DataField, IndustryDocument } from './document.ts';

/** Bytes 56 to 63 of the purchase record. */
export const INDUSTRY_DATA_LENGTH = 8;
/** The two industries whose records are the mass of all: the terminal interface gives them their meaning. */
const OFFLINE_ONLY = new Set([1, 2]);

interface Needed {
  readonly name: string;
  readonly bytes: number;
  readonly form: DataField['form'];
}

/** What a pattern reads from the industry data; the layout may put it anywhere and hold more. */
function neededBy(document: IndustryDocument): readonly Needed[] {
  switch (document.pattern) {
    case 'offline-purchase':
    case 'bill':
    case 'entitlement':
      return [];
    case 'distance':
      return [
        { name: 'act', bytes: 1, form: 'number' },
        { name: 'entryStation', bytes: 2, form: 'bcd' },
        { name: 'exitStation', bytes: 2, form: 'bcd' },
        { name: 'vehicleClass', bytes: 1, form: 'number' },
      ];
    case 'meter':
      return document.meter.by === 'token'
        ? []
        : [
            { name: 'act', bytes: 1, form: 'number' },
            { name: 'paymentTransaction', bytes: 4, form: 'number' },
          ];
    case 'fund':
      return [
        { name: 'totalFen', bytes: 4, form: 'number' },
        { name: 'fundFen', bytes: 4, form: 'number' },
      ];
  }
}

/** What is wrong with a document whose shape is right, or undefined. */
export function documentFault(
  industry: number,
  document: IndustryDocument,
  validFrom: BusinessDate,
): string | undefined {
  if (OFFLINE_ONLY.has(industry) && document.pattern !== 'offline-purchase')
    return 'bus and taxi (01, 02) are offline purchases; give an industry of another pattern a code of its own';
  return (
    layoutFault(document) ?? feeFault(industry, document, validFrom) ?? stationFault(document) ?? textFault(document)
  );
}

function layoutFault(document: IndustryDocument): string | undefined {
  const { data } = document;
  if (new Set(data.map(({ name }) => name)).size !== data.length) return 'two fields of its data have one name';
  const length = data.reduce((sum, { bytes }) => sum + bytes, 0);
  if (length > INDUSTRY_DATA_LENGTH) return `its data takes ${length} bytes, and there are ${INDUSTRY_DATA_LENGTH}`;
  if (data.some(({ form, bytes }) => form === 'number' && bytes > 6)) return 'a number of its data has at most 6 bytes';
  for (const needed of neededBy(document)) {
    const field = data.find(({ name }) => name === needed.name);
    if (field?.bytes !== needed.bytes || field.form !== needed.form)
      return `pattern ${document.pattern} needs the field ${needed.name} in its data, ${needed.bytes} bytes as ${needed.form}`;
  }
  return undefined;
}

/** The row of the tariff table that a version brings with it. */
export function tariffOf(industry: number, document: IndustryDocument, validFrom: BusinessDate): Tariff | undefined {
  if (document.fee === undefined) return undefined;
  const { kind, rate, ladder, minFen, maxFen, feeReturned } = document.fee;
  return {
    subject: { industry },
    kind,
    ...(rate !== undefined && { rate }),
    ...(ladder !== undefined && { ladder }),
    ...(minFen !== undefined && { minFen: BigInt(minFen) }),
    ...(maxFen !== undefined && { maxFen: BigInt(maxFen) }),
    ...(feeReturned !== undefined && { feeReturned }),
    validFrom,
  };
}

function feeFault(industry: number, document: IndustryDocument, validFrom: BusinessDate): string | undefined {
  const tariff = tariffOf(industry, document, validFrom);
  const problem = tariff && tariffTableProblem([tariff]);
  return problem && `its fee: ${problem}`;
}

function stationFault(document: IndustryDocument): string | undefined {
  if (document.pattern !== 'distance') return undefined;
  const { stations, vehicleClasses } = document;
  if (new Set(stations.map(({ station }) => station)).size !== stations.length) return 'two stations have one number';
  if (new Set(vehicleClasses.map(({ vehicleClass }) => vehicleClass)).size !== vehicleClasses.length)
    return 'two vehicle classes have one number';
  return undefined;
}

function textFault(document: IndustryDocument): string | undefined {
  if (document.pattern !== 'bill' && document.pattern !== 'meter') return undefined;
  const { customer, reference, biller } = document;
  if (customer.shortest > customer.longest || reference.shortest > reference.longest)
    return 'a text is at least as long as its shortest form';
  if (biller.exchange === 'file' && document.pattern === 'meter' && document.meter.by === 'token')
    return 'a meter token comes from the biller at once, so its exchange cannot be by file';
  return undefined;
}
