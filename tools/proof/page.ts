// The page docs/security/proof.md, from the figures of a long run.

import type { Proof } from './proof.ts'

/** The page; every number in it comes from the run. */
export function pageOf({ date, note, command, seed, minutes, lines, failures, mutants, twins }: Proof): string {
  const sum = (pick: (line: Proof['lines'][number]) => number) => lines.reduce((all, line) => all + pick(line), 0)
  const red = twins.filter(({ isRed }) => isRed).length
  const bySuite = Map.groupBy(lines, ({ suite }) => suite)
  const rows = [...bySuite].map(([suite, own]) => {
    const total = (pick: (line: Proof['lines'][number]) => number) => own.reduce((all, line) => all + pick(line), 0)
    return `| ${suite} | ${count(total((l) => l.cases))} | ${total((l) => l.holesSeeded)} | ${total((l) => l.holesFound)} |`
  })
  const untried = mutants.derived - mutants.tried - Object.keys(mutants.equivalent).length
  return `# What was tried against access rights

${date} UTC, seed ${seed ?? 'not kept'}, ${minutes} minutes: \`${command}\`${note === undefined ? '' : ` (${note})`}. This page is written by that command; a run with the same
seed asks the same random questions. What the suites ask is compared with an evaluator in memory
(\`framework/testing/policy/policy.ts\`) that shares no code with the compiler.

- Cases tried: **${count(sum(({ cases }) => cases))}**. Suites that were not green: ${failures.length}.
- Holes seeded in broken twins: **${sum(({ holesSeeded }) => holesSeeded) + twins.length}**, found: **${sum(({ holesFound }) => holesFound) + red}**.
- Mutants derived from the sources: ${mutants.derived}; tried in this run: **${mutants.tried}**, noticed: **${mutants.killed}**, no
  program any more: ${mutants.broken}, survived: ${mutants.survivors.length}, known to change nothing: ${Object.keys(mutants.equivalent).length},
  not reached in the time of the run: ${untried}.

| suite | cases | holes seeded | holes found |
|---|---|---|---|
${rows.join('\n')}

## Broken twins

One hole for each class, and the suite that has to be red on it (\`tools/proof/twins.ts\`).

| seeded hole | suite | red |
|---|---|---|
${twins.map(({ name, suite, isRed }) => `| ${name} | \`${suite}\` | ${isRed ? 'yes' : '**no**'} |`).join('\n')}

## Mutants that survived

${mutants.survivors.length === 0 ? 'None of those tried.' : 'Nothing was red without these clauses; each needs a test or a reason in `tools/proof/survivors.json`.'}

${mutants.survivors.map(({ id, line, clause }) => `- \`${id.split('#')[0]}\` line ${line}: \`${short(clause)}\``).join('\n')}
${failures.length === 0 ? '' : `\n## Not green\n\n${failures.map((one) => `- ${short(one)}`).join('\n')}\n`}`
}

const count = (n: number): string => n.toLocaleString('en-US').replaceAll(',', ' ')
const short = (text: string): string => text.trim().replaceAll(/\s+/g, ' ').replaceAll('`', "'").slice(0, 110)
