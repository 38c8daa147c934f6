import { cityErrors } from '../errors.ts';
import { readText, type TextFile } from '../text/text-file.ts';

/** An answer the centre has counted: the CCIR of the issuing city to the acquiring one with this number. */
export interface StatementLine {
  readonly issuerCity: string;
  readonly acquirerCity: string;
  readonly sequence: number;
  readonly acceptedFen: bigint;
  /** What the issuing city gets of the fees; 0 where the rows of the statement have no room for it. */
  readonly shareFen: bigint;
}

export interface Statement extends TextFile {
  readonly lines: readonly StatementLine[];
  readonly toUsFen: bigint;
  readonly fromUsFen: bigint;
  readonly feeFen: bigint;
  /** Shares that are ours as the issuing city, less those of others. */
  readonly ourShareFen: bigint;
}

/** issuing city 4 ‖ acquiring city 4 ‖ CCIR sequence 8 ‖ accepted amount 12, and where shares of fees are counted the issuing city's 12. */
const LINE = /^([0-9]{4})([0-9]{4})([0-9]{8})([0-9]{12})([0-9]{12})?$/;
/** The last row: `0000` ‖ `0000` ‖ what the centre charges 8 ‖ what moves in all 12, and all shares 12. */
const TOTAL_CITY = '0000';

/**
 * Reads a centre's statement (SA): one row per answer it has counted, and a last row with its fee. Every row must be between us and
 * somebody else, and the rows must come to the total.
 *
 * @throws CityCardError `cities.statement-bad`, `cities.text-bad`
 */
export function readStatement(name: string, content: Buffer, home: string): Statement {
  const bad = (problem: string) => cityErrors.statementBad({ name, problem });
  const text = readText(name, content);
  const rows = text.rows.map((row, index): StatementLine => {
    const [, issuerCity, acquirerCity, sequence, amount = '', share = '0'] = LINE.exec(row) ?? [];
    if (issuerCity === undefined || acquirerCity === undefined)
      throw bad(`row ${index + 1} is not two cities, a number and an amount, with or without a share`);
    const money = { acceptedFen: BigInt(amount), shareFen: BigInt(share) };
    return { issuerCity, acquirerCity, sequence: Number(sequence), ...money };
  });
  const total = rows.pop();
  if (total?.issuerCity !== TOTAL_CITY || total.acquirerCity !== TOTAL_CITY) throw bad('its last row is not the total');
  const strange = rows.findIndex(({ issuerCity: a, acquirerCity: b }) => (a === home) === (b === home));
  if (strange >= 0) throw bad(`row ${strange + 1} is not between us and another city`);
  const sum = (mine: boolean) =>
    rows.reduce((all, line) => ((line.acquirerCity === home) === mine ? all + line.acceptedFen : all), 0n);
  const [toUsFen, fromUsFen] = [sum(true), sum(false)];
  if (toUsFen + fromUsFen !== total.acceptedFen)
    throw bad(`its rows come to ${toUsFen + fromUsFen} fen, its total says ${total.acceptedFen} fen`);
  if (text.sumFen !== total.acceptedFen)
    throw bad(`line 2 says ${text.sumFen} fen, its total ${total.acceptedFen} fen`);
  const shares = (ours: boolean) =>
    rows.reduce((all, line) => ((line.issuerCity === home) === ours ? all + line.shareFen : all), 0n);
  const [toUs, fromUs] = [shares(true), shares(false)];
  if (toUs + fromUs !== total.shareFen)
    throw bad(`the shares of its rows come to ${toUs + fromUs} fen, its total says ${total.shareFen} fen`);
  return { ...text, lines: rows, toUsFen, fromUsFen, feeFen: BigInt(total.sequence), ourShareFen: toUs - fromUs };
}
