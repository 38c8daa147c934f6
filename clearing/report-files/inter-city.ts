import type { BusinessDate } from '@citycard/common';
import { type DayFacts, wholeOf, wordsOf } from './day-facts.ts';
import { amount, type Report, text } from './report.ts';

/** 城际轧差表 (domain.md F.5): who owes whom for the use of cards elsewhere, as a matrix, and the net of each. */
export function interCity(date: BusinessDate, facts: DayFacts): Report {
  const all = facts.rows('inter-city');
  const gross = all.filter((fact) => fact['kind'] === 'gross');
  const net = all.filter((fact) => fact['kind'] === 'net');
  const [owing, owed] = ['from', 'to'].map((side) => [...new Set(gross.map((fact) => wordsOf(fact, side)))].sort());
  const cell = (from: string, to: string) =>
    gross
      .filter((fact) => fact['from'] === from && fact['to'] === to)
      .reduce((sum, fact) => sum + wholeOf(fact, 'amountFen'), 0n);
  return {
    report: 'inter-city-matrix',
    zh: '城际轧差表',
    en: 'Inter-city matrix',
    period: date,
    notes: [],
    tables: [
      {
        name: 'matrix',
        zh: '应付矩阵',
        en: 'Row owes column',
        columns: [text('party', '应付方', 'Owing'), ...(owed ?? []).map((party) => amount(party, party, party))],
        rows: (owing ?? []).map((from) => [from, ...(owed ?? []).map((to) => cell(from, to))]),
      },
      {
        name: 'net',
        zh: '轧差净额',
        en: 'Net positions',
        columns: [text('party', '城市', 'City'), amount('netFen', '净额', 'Net')],
        rows: net.map((fact) => [wordsOf(fact, 'from'), wholeOf(fact, 'amountFen')]),
      },
    ],
  };
}
