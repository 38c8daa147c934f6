import { setServicePoint } from '@citycard/card-issuer';
import type { Principal, Transaction } from '@citycard/common';

type Place = Parameters<typeof setServicePoint>[3];

/** Places of the demo city, none of which exists. */
const places: Readonly<Record<string, Place>> = {
  'CENTRE-01': {
    nameZh: '演示市民卡服务中心',
    nameEn: 'Demo card service centre',
    addressZh: '演示路 1 号',
    addressEn: '1 Demo Road',
    district: '370702',
    hours: '08:30-17:30',
    services: ['load', 'collect', 'counter', 'kiosk'],
  },
  'BUS-01': {
    nameZh: '演示公交总站充值点',
    nameEn: 'Load point, demo bus terminus',
    addressZh: '演示路 88 号',
    addressEn: '88 Demo Road',
    district: '370702',
    hours: '06:00-21:00',
    services: ['load', 'collect'],
  },
  'SHOP-07': {
    nameZh: '演示便利店代理点',
    nameEn: 'Demo corner shop, agent',
    addressZh: '样例街 7 号',
    addressEn: '7 Sample Street',
    district: '370704',
    hours: '07:00-22:00',
    services: ['load'],
  },
  'KIOSK-03': {
    nameZh: '演示图书馆信息亭',
    nameEn: 'Kiosk in the demo library',
    addressZh: '样例街 30 号',
    addressEn: '30 Sample Street',
    district: '370705',
    hours: '09:00-18:00',
    services: ['kiosk', 'collect'],
  },
};

/** Puts the demo's places on the list of service points. */
export async function foundServicePoints(tx: Transaction, by: Principal): Promise<void> {
  for (const [code, place] of Object.entries(places)) await setServicePoint(tx, by, code, place);
}
