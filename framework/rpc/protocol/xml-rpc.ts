/** XML-RPC: `/xmlrpc/2/<service>` with number fault codes, and the older `/xmlrpc/<service>` with texts. */

import { JsonResult, type ModelRegistry } from '../../orm/index.ts'
import { InvalidRequestError } from '../../errors.ts'
import type { Caller } from '../directory.ts'
import type { Gate } from '../gate.ts'
import { type MethodCall, parseCall } from '../xml/parse.ts'
import { transcode } from '../xml/transcode.ts'
import { writeFault, writeResult } from '../xml/write.ts'
import type { Answer } from './answer.ts'
import { settle, xmlFault, xmlFaultOld } from './error-shapes.ts'
import { dispatch } from './services.ts'

/** `old`: the fault codes of the paths without `/2`. Faults have HTTP status 200. */
export async function answerXmlRpc(
  gate: Gate,
  caller: Caller,
  service: string,
  body: Buffer,
  old = false,
): Promise<Answer> {
  try {
    const call = parseCall(decode(body))
    const result = await dispatch(gate, caller, 'xml-rpc', service, call.methodName, call.params)
    const doubles = await doublesOf(caller, service, call)
    return xml(result instanceof JsonResult ? inPieces(result.json, doubles) : writeResult(result, doubles))
  } catch (thrown) {
    const failure = settle(thrown, gate.log, { protocol: 'xml-rpc', request: caller.requestId })
    return xml(writeFault(old ? xmlFaultOld(failure) : xmlFault(failure)))
  }
}

// Below this a length is told in the header and the answer leaves in one piece.
const largeJson = 200_000

function inPieces(json: string, doubles: ReadonlySet<string>): string | Iterable<string> {
  if (json === 'null') return writeResult(null)
  const pieces = transcode(json, doubles)
  return json.length > largeJson ? pieces : [...pieces].join('')
}

function xml(body: string | Iterable<string>): Answer {
  return { status: 200, type: 'text/xml; charset=utf-8', body }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decode(body: Buffer): string {
  try {
    return utf8.decode(body)
  } catch {
    throw new InvalidRequestError('ERR_RPC_XML', 'This is not an XML-RPC call: the text is not UTF-8.')
  }
}

const doubles = new WeakMap<ModelRegistry, Map<string, ReadonlySet<string>>>()
const noDoubles: ReadonlySet<string> = new Set()

// JSON does not tell 10 from 10.0, so the names of a model's float and monetary fields do.
async function doublesOf(caller: Caller, service: string, call: MethodCall): Promise<ReadonlySet<string>> {
  if (service !== 'object') return noDoubles
  const [db, , , model] = call.params
  const tenant = typeof db === 'string' && db !== '' ? await caller.tenantNamed(db) : caller.hostTenant
  if (tenant === null || typeof model !== 'string') return noDoubles
  const byModel = doubles.get(tenant.registry) ?? new Map<string, ReadonlySet<string>>()
  doubles.set(tenant.registry, byModel)
  let names = byModel.get(model)
  if (names === undefined) {
    const fields = [...(tenant.registry.models.get(model)?.fields.values() ?? [])]
    names = new Set(
      fields.filter((field) => field.kind === 'float' || field.kind === 'monetary').map((field) => field.name),
    )
    // Only models that exist are kept, so that a caller cannot fill the memory with names.
    if (fields.length > 0) byModel.set(model, names)
  }
  return names
}
