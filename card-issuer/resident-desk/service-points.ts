import { type Database, type Principal, recordAct, type Static, type Transaction, Type } from '@citycard/common';

const Text = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^\\P{Cc}+$' });

/** A place where residents load, collect what waits for them and are served. */
export const ServicePoint = {
  nameZh: Text(60),
  nameEn: Text(100),
  addressZh: Text(120),
  addressEn: Text(200),
  /** Six digits of the area. */
  district: Type.String({ pattern: '^[0-9]{6}$' }),
  /** As it is read out: `08:30-17:30`. */
  hours: Text(60),
  services: Type.Array(
    Type.Union([Type.Literal('load'), Type.Literal('collect'), Type.Literal('counter'), Type.Literal('kiosk')]),
    { minItems: 1, maxItems: 4, uniqueItems: true },
  ),
  closed: Type.Optional(Type.Boolean()),
};
const Wanted = Type.Object(ServicePoint);
export const POINTS = Type.Object({
  points: Type.Array(Type.Object({ pointCode: Type.String(), ...ServicePoint })),
});

/** Places that are open, by district and code; a service narrows the list. */
export async function listServicePoints(
  db: Database,
  only: { readonly service?: string; readonly district?: string },
): Promise<Static<typeof POINTS>['points']> {
  const { rows } = await db.query<Static<typeof POINTS>['points'][number]>(
    `select point_code as "pointCode", name_zh as "nameZh", name_en as "nameEn", address_zh as "addressZh", address_en as "addressEn",
            district, hours, services, closed
       from issuer.service_point
      where not closed and ($1::text is null or $1 = any(services)) and ($2::text is null or district = $2)
      order by district, point_code limit 500`,
    [only.service ?? null, only.district ?? null],
  );
  return rows;
}

/** Puts a place on the list, or changes it. */
export async function setServicePoint(
  tx: Transaction,
  by: Principal,
  pointCode: string,
  point: Static<typeof Wanted>,
): Promise<void> {
  await tx.query(
    `insert into issuer.service_point (point_code, name_zh, name_en, address_zh, address_en, district, hours, services, closed, set_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (point_code) do update set name_zh = excluded.name_zh, name_en = excluded.name_en, address_zh = excluded.address_zh,
       address_en = excluded.address_en, district = excluded.district, hours = excluded.hours, services = excluded.services,
       closed = excluded.closed, set_by = excluded.set_by, set_at = clock_timestamp()`,
    [
      pointCode,
      point.nameZh,
      point.nameEn,
      point.addressZh,
      point.addressEn,
      point.district,
      point.hours,
      point.services,
      point.closed ?? false,
      by.id,
    ],
  );
  await recordAct(tx, by, { act: 'service-point.set', subject: pointCode, detail: { services: point.services } });
}
