/** The process that runs scripts: takes one order after the other, and ends as soon as it cannot be sure of itself. */

import variant from '@jitl/quickjs-ng-wasmfile-release-sync'
import { newQuickJSWASMModuleFromVariant, type QuickJSSyncVariant } from 'quickjs-emscripten-core'
import { receive, send } from './channel.ts'
import { runScript } from './realm.ts'

// The package's types describe its other build.
const engine = await newQuickJSWASMModuleFromVariant(variant as unknown as QuickJSSyncVariant)
// The first runtime of an engine costs most of what a start costs.
runScript(engine, { type: 'run', source: 'return input', input: '0', now: '' }, () => 'null')
send({ type: 'ready' })
for (;;) {
  const order = receive()
  if (order.type !== 'run') process.exit(3)
  const report = runScript(engine, order, (text) => {
    send({ type: 'call', text })
    const answer = receive()
    if (answer.type !== 'answer') process.exit(3)
    return answer.text
  })
  send(report)
  if (report.spent) process.exit(0)
}
