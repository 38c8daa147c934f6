import type { PersonChange, PopulationFile } from '@citycard/city-sim';
import { type Answered, type ExchangeCity } from './test-city.ts';

/** A file as it travels over HTTP. */
export const base64 = ({ manifest, content, signature }: PopulationFile) => ({
  manifest: manifest.toString('base64'),
  content: content.toString('base64'),
  signature: signature.toString('base64'),
});

export const fileOf = (body: { manifest: string; content: string; signature: string }): PopulationFile => ({
  manifest: Buffer.from(body.manifest, 'base64'),
  content: Buffer.from(body.content, 'base64'),
  signature: Buffer.from(body.signature, 'base64'),
});

/** Items as a department states them. */
export const said = (items: Record<string, string>, at = new Date()): PersonChange['items'] =>
  Object.fromEntries(Object.entries(items).map(([item, value]) => [item, { value, at: at.toISOString() }]));

export const change = (idNumber: string, items: Record<string, string>, at?: Date): PersonChange => ({
  change: 'change',
  idNumber,
  items: said(items, at),
});

/** The lines of the exchange between one city and its departments. */
export function linesOf(city: ExchangeCity) {
  return {
    deliver: (file: PopulationFile, department = 'public-security', who = department): Promise<Answered> =>
      city.http(who, 'POST', `/v1/departments/${department}/population-files`, base64(file)),
    /** Items as a department with the right reads them. */
    known: async (idNumber: string, purpose = 'criminal-investigation'): Promise<Record<string, string>> => {
      const question = { idNumber, purpose, reference: 'TEST-0001' };
      const { body } = await city.http('public-security', 'POST', '/v1/population/query', question);
      return Object.fromEntries(
        Object.entries(body.items as Record<string, { value: string; source: string }>).map(
          ([item, { value, source }]) => [item, `${value} (${source})`],
        ),
      );
    },
  };
}
