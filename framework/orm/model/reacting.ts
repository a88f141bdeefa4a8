/** The records of a model on whose changes an automation waits: their class comes last, around all that applications add. */

import type { Values } from '../declare/types.ts'
import type { Env } from '../env.ts'
import type { RecordSet } from './record-set.ts'

export type Change = 'create' | 'write' | 'unlink'

/** What the model of automations does; it works with the rights of the environment it is given. */
interface Reactor {
  /** Before a change: remembers which records an automation already applied to. */
  beforeChange(model: string, ids: readonly number[], change: Change): Promise<unknown>
  afterChange(
    model: string,
    ids: readonly number[],
    change: Change,
    fields: readonly string[],
    before: unknown,
  ): Promise<void>
}

const known = new WeakMap<typeof RecordSet, typeof RecordSet>()

/** The class that tells the automations of the tenant about each change. */
export function reacting(cls: typeof RecordSet): typeof RecordSet {
  const made = known.get(cls) ?? withReactions(cls)
  known.set(cls, made)
  return made
}

function withReactions(cls: typeof RecordSet): typeof RecordSet {
  return class extends (cls as typeof RecordSet<string>) {
    override async create(values: Values<string> | readonly Values<string>[]): Promise<this> {
      const made = await super.create(values)
      const list = (Array.isArray(values) ? values : [values]) as readonly object[]
      const fields = [...new Set(list.flatMap((one) => Object.keys(one)))]
      if (this.env.reacts(this.info.name, 'create'))
        await reactor(this.env).afterChange(this.info.name, made.ids, 'create', fields, null)
      return made
    }

    override async write(values: Values<string>): Promise<boolean> {
      if (!this.env.reacts(this.info.name, 'write')) return super.write(values)
      const { name } = this.info
      const before = await reactor(this.env).beforeChange(name, this.ids, 'write')
      const done = await super.write(values)
      await reactor(this.env).afterChange(name, this.ids, 'write', Object.keys(values), before)
      return done
    }

    override async unlink(): Promise<boolean> {
      if (this.env.reacts(this.info.name, 'unlink')) {
        await this.check_access('unlink')
        await reactor(this.env).afterChange(this.info.name, this.ids, 'unlink', [], null)
      }
      return super.unlink()
    }
  } as typeof RecordSet
}

function reactor(env: Env): Reactor {
  return env.model('base.automation') as unknown as Reactor
}
