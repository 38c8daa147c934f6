import type { Cell, Table } from './report.ts';
import { amount, count, figure, text } from './report.ts';

/** What became of residents' complaints in a stretch of days, for one participant that was asked; '' stands for the company itself. */
export interface ComplaintFigures {
  readonly participantNo: string;
  readonly name: string;
  readonly opened: bigint;
  /** Answered by the participant in these days, in so many hours on average (rounded down). */
  readonly answered: bigint;
  readonly averageHours: bigint;
  /** Its time to answer ran out. */
  readonly late: bigint;
  readonly credited: bigint;
  readonly creditedFen: bigint;
  readonly refused: bigint;
  /** Not ended when the days were over. */
  readonly open: bigint;
}

/** 投诉: numbers, time to answer and outcome per participant. */
export function complaintTable(figures: readonly ComplaintFigures[]): Table {
  return {
    name: 'complaints',
    zh: '投诉',
    en: 'Complaints of residents',
    columns: [
      text('participantNo', '商户号', 'Participant'),
      text('name', '名称', 'Name'),
      count('opened', '受理', 'Opened'),
      count('answered', '已答复', 'Answered'),
      figure('averageHours', '平均答复小时', 'Hours to answer', 'count'),
      count('late', '逾期', 'Late'),
      count('credited', '退补件数', 'Credited'),
      amount('creditedFen', '退补金额', 'Credited amount'),
      count('refused', '书面说明', 'Ended with a reason'),
      count('open', '未结', 'Open at the end'),
    ],
    rows: figures.map((each): Cell[] => [
      each.participantNo === '' ? '公司 company' : each.participantNo,
      each.name,
      each.opened,
      each.answered,
      each.averageHours,
      each.late,
      each.credited,
      each.creditedFen,
      each.refused,
      each.open,
    ]),
  };
}
