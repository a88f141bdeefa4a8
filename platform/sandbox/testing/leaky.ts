/** The broken twin of the program: a function of the host lies in the world of scripts, as a console once did in another product. */

import variant from '@jitl/quickjs-ng-wasmfile-release-sync'
import { newQuickJSWASMModuleFromVariant, type QuickJSSyncVariant } from 'quickjs-emscripten-core'
import { receive, send } from '../worker/channel.ts'
import { runScript } from '../worker/realm.ts'

// The package's types describe its other build.
const engine = await newQuickJSWASMModuleFromVariant(variant as unknown as QuickJSSyncVariant)
send({ type: 'ready' })
for (;;) {
  const order = receive()
  if (order.type !== 'run') process.exit(3)
  const leak = JSON.stringify({ env: process.env, argv: process.argv, version: process.version })
  // Text in front of the script is all it takes: the twin gives scripts what a host object would give them.
  const source = `globalThis.process = ${leak}; ${order.source}`
  send(runScript(engine, { ...order, source }, () => '{"value":[]}'))
}
