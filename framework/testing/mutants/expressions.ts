/** Clauses that give expressions their meaning, or keep them within rights and bounds. */

import type { Mutant } from './mutant.ts'

const differential = '../expression/differential.test.ts'
const cel = '../expression/cel.test.ts'
const hostile = '../expression/hostile.test.ts'
const values = 'rule-values.test.ts'
const formulas = '../../apps/base/models/ir/models/own-formulas.test.ts'
const one = (
  name: string,
  file: string,
  clause: string,
  instead: string,
  test: Mutant['test'] = differential,
): Mutant => ({
  name: `expression: ${name}`,
  file,
  clause,
  instead,
  test,
})

export const expressionMutants: readonly Mutant[] = [
  one(
    'null is equal to nothing',
    'expression/sql/compile.ts',
    "if (a !== 'nullable' && b !== 'nullable') return",
    'if (true) return',
  ),
  one(
    'no result is null',
    'expression/sql/compile.ts',
    "if (a !== 'failing' && b !== 'failing') return",
    'if (true) return',
  ),
  one(
    'the left side decides',
    'expression/run/evaluate.ts',
    'if (right === deciding) return deciding',
    'if (left === undefined) return undefined',
  ),
  one('lists decide early', 'expression/run/evaluate.ts', 'return isOpen ? undefined : !deciding', 'return !deciding'),
  one(
    'rest has the divisor’s sign',
    'expression/functions/arithmetic.ts',
    'undefined : a % b',
    'undefined : ((a % b) + b) % b',
  ),
  one('quotients are cut', 'expression/functions/arithmetic.ts', '1000000000000 + abs(p.b)', '1000000000000'),
  one('halves of characters', 'expression/functions/texts.ts', 'if (isHalf(x) !== isHalf(y))', 'if (false)', cel),
  one('fractions of seconds', 'expression/sql/paths.ts', "date_trunc('second', ${value})", '${value}'),
  one(
    'records behind references',
    'expression/sql/paths.ts',
    '= ${link}${scope.andCondition(comodel, inner)})`',
    '= ${link})`',
  ),
  one(
    'records of lists',
    'expression/sql/paths.ts',
    "${active}${scope.andCondition(comodel, inner, 'read', field)}`",
    '${active}`',
  ),
  one(
    'archived ones count',
    'expression/sql/paths.ts',
    'const active = scope.activeTest && ',
    'const active = false && ',
  ),
  one(
    'every field',
    'expression/sql/paths.ts',
    'const field = scope.field(frame.model, step.name)',
    'const field = step',
    hostile,
  ),
  one('no fuel', 'expression/run/evaluate.ts', 'this.#fuel -= steps', '', hostile),
  one('no depth', 'expression/syntax/parse.ts', '++this.#depth > limits.depth', 'false', hostile),
  one(
    'its author’s rights',
    'expression/types/names.ts',
    '!one.options.secret && names.mayRead(one)',
    '!one.options.secret',
    hostile,
  ),
  one('days stand still', 'expression/rule-value.ts', 'return asksClock(expression.root) ?', 'return false ?', values),
  one('the caller’s day', 'access/rights.ts', "zone: 'UTC'", "zone: 'Pacific/Kiritimati'", values),
  one('a rule without a value', 'access/rights.ts', 'return missing.any ? nothing : bound', 'return bound', values),
  one(
    'formulas for everybody',
    'access/rights.ts',
    '&& !mayUseFormula(own, operation)) return false',
    '&& false) return false',
    formulas,
  ),
  one(
    'formulas stored for all',
    'modules/overlay/formulas.ts',
    'if (part?.column && !part.options.translate && !part.options.companyDependent) continue',
    'if (part || path) continue',
    formulas,
  ),
]
