/** One clause of the kernel with what the code would be without it. */

export interface Mutant {
  readonly name: string
  /** Below `framework/`. */
  readonly file: string
  readonly clause: string
  readonly instead: string
  /** The test file of `framework/access/` that has to notice. */
  readonly test:
    | 'rules.test.ts'
    | 'hidden-fields.test.ts'
    | 'hidden-records.test.ts'
    | 'callers-values.test.ts'
    | 'races.test.ts'
    | 'plans.test.ts'
    | '../orm/domain/property.test.ts'
    | '../../apps/messages/models/thread/thread.test.ts'
    | '../orm/query/reference.test.ts'
    | 'short-writes.test.ts'
    | 'rule-values.test.ts'
    | '../expression/differential.test.ts'
    | '../expression/hostile.test.ts'
    | '../expression/cel.test.ts'
    | '../../apps/base/models/ir/models/own-formulas.test.ts'
}
