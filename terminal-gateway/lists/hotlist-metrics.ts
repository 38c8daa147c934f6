import type { Database } from '@citycard/common';
import { Gauge, type Registry } from 'prom-client';
import { hotlistAges } from '../terminals/listing.ts';

/** Two gauges, counted when somebody asks: active terminals by the age of their list, and the newest version. */
export function observeHotlistAges(metrics: Registry, db: Database): void {
  const newest = new Gauge({
    name: 'hotlist_newest_version',
    help: 'Newest version of the hotlist',
    registers: [metrics],
  });
  new Gauge({
    name: 'terminal_hotlist_age_terminals',
    help: 'Active terminals that have lacked a hotlist entry for longer than so many hours (0: for any time)',
    labelNames: ['older_than_hours'],
    registers: [metrics],
    async collect() {
      const ages = await hotlistAges(db, new Date()).catch(() => undefined);
      // A scrape while the database is away says nothing about lists, and everything else about the process.
      this.reset();
      newest.reset();
      if (ages === undefined) return;
      newest.set(Number(ages.newestVersion));
      this.set({ older_than_hours: '0' }, ages.terminals - ages.upToDate);
      for (const { hours, terminals: count } of ages.olderThan) this.set({ older_than_hours: String(hours) }, count);
    },
  });
}
