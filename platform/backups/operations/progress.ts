/** What long work is doing: reading and checking, counting and copying rows, files, keys and indexes. */
export type Phase = 'verify' | 'count' | 'rows' | 'files' | 'rules' | 'check' | 'seal' | 'export'

/** Told as the work goes on; `total` is 0 where it is not known. Bytes in `verify`, `seal` and `export`, else pieces. */
export type Progress = (phase: Phase, done: number, total: number) => void

/** For callers that do not look. */
export const silent: Progress = () => {}
