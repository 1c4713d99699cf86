import { RecordProblem } from '@millrace/framing';

/** Why a cell has no value: `what` reads on after "Cell B7". */
export function cellProblem(what: string): RecordProblem {
  return new RecordProblem({ code: 'XLSX_CELL_INVALID', what: `${what}. Ask the sender to correct it` });
}
