import type { Principal } from '@citycard/common';
import { findDepartment, requireOwnDepartment } from '../departments.ts';
import type { PopulationDeps } from '../deps.ts';

/** A file that went one way or the other, without its content. */
export interface ListedFile {
  readonly direction: 'to-city' | 'to-department';
  readonly sequence: bigint;
  readonly state: 'received' | 'exported' | 'acknowledged';
  readonly periodFrom: string;
  readonly periodTo: string;
  readonly rows: number;
  /** Of a file to the city: how many rows have an outcome already. */
  readonly rowsDone: number;
  readonly sha256: string;
  readonly carriedBy: string;
  readonly carriedAt: Date;
  readonly acknowledgedAt: Date | null;
}

const LISTED = 200;

/** The files exchanged with a department, newest first. @throws card-issuer.population.department-unknown, .other-department */
export async function listFiles(
  deps: Pick<PopulationDeps, 'db'>,
  reader: Principal,
  name: string,
): Promise<{ files: ListedFile[] }> {
  requireOwnDepartment(reader, name);
  const { department } = await findDepartment(deps.db, name);
  const { rows } = await deps.db.query<ListedFile>(
    `select direction, sequence, state, period_from as "periodFrom", period_to as "periodTo", row_count as rows,
            case when state = 'received' then coalesce((select max(row_no) from issuer.population_row r
              where r.department = f.department and r.sequence = f.sequence), 0) else row_count end as "rowsDone",
            encode(content_sha256, 'hex') as sha256, carried_by as "carriedBy", carried_at as "carriedAt",
            acknowledged_at as "acknowledgedAt"
       from issuer.population_file f where department = $1 order by carried_at desc, sequence desc limit ${LISTED}`,
    [department],
  );
  return { files: rows };
}
