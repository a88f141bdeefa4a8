import { randomUUID } from 'node:crypto'
import { AppError, ConflictError, ServerError } from '../../../framework/errors.ts'
import { type Pool, sql } from '../../../framework/sql/index.ts'

/** One step: looks whether it is done already, then makes it true. Run twice, it does the same as once. */
export interface Step {
  readonly name: string
  run(): Promise<void>
}

/** Recorded work on a tenant: whatever a crash interrupts is found again by its row. */
export interface Workflows {
  /**
   * Runs steps in order and records each. When one fails, `undo` brings back the state before; without `undo` the
   * workflow stays open and is taken up again at the next start.
   */
  run(work: { kind: string; tenantId: string; steps: readonly Step[]; undo?: () => Promise<void> }): Promise<void>
  /** What a crash left open. */
  unfinished(): Promise<{ id: string; kind: string; tenantId: string }[]>
  /** Closes an open one after it was undone or made true elsewhere. */
  close(id: string, state: 'done' | 'undone'): Promise<void>
}

/** @param epoch this owner's number; a record of an older owner is refused */
export function openWorkflows(pool: Pool, epoch: number): Workflows {
  const finish = async (id: string, state: 'done' | 'undone', error: string | null): Promise<void> => {
    await pool.query(
      sql`UPDATE registry_workflow SET state = ${state}, finished_at = now(), error = ${error} WHERE id = ${id}`,
    )
  }
  const record = async (id: string, name: string, position: number): Promise<void> => {
    const rows = await pool.query(sql`INSERT INTO registry_step (workflow_id, name, position)
      SELECT ${id}, ${name}, ${position} FROM registry_owner WHERE epoch = ${epoch}
      ON CONFLICT (workflow_id, name) DO UPDATE SET done_at = now() RETURNING name`)
    if (rows.length === 0)
      throw new ConflictError('ERR_WORKFLOW_FENCED', 'Another Holdfast took over this home; this one stops.')
  }
  return {
    run: async ({ kind, tenantId, steps, undo }) => {
      const id = randomUUID()
      await pool.query(
        sql`INSERT INTO registry_workflow (id, kind, tenant_id, state, epoch) VALUES (${id}, ${kind}, ${tenantId}, 'running', ${epoch})`,
      )
      try {
        for (const [position, step] of steps.entries()) {
          await step.run()
          await record(id, step.name, position)
        }
      } catch (error) {
        if (undo === undefined) throw error
        await undo().catch((cause: unknown) => {
          throw new ServerError(
            'ERR_WORKFLOW_UNDO',
            'A failed change could not be undone; it is tried again at the next start.',
            {
              cause,
              detail: { kind, tenantId, reason: codeOf(error) },
            },
          )
        })
        await finish(id, 'undone', codeOf(error))
        throw error
      }
      await finish(id, 'done', null)
    },
    unfinished: async () => {
      const rows = await pool.query<{ id: string; kind: string; tenant_id: string }>(
        sql`SELECT id, kind, tenant_id FROM registry_workflow WHERE state = 'running' ORDER BY started_at`,
      )
      return rows.map((row) => ({ id: row.id, kind: row.kind, tenantId: row.tenant_id }))
    },
    close: (id, state) => finish(id, state, 'ERR_INTERRUPTED'),
  }
}

/** The code only: messages may carry customer content. */
function codeOf(error: unknown): string {
  return error instanceof AppError ? error.code : 'ERR_SERVER'
}
