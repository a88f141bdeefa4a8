/** A process that seals without end, to be killed. On its input: a tenant's connection as `handOver` gives it, by `v8.serialize`, base64. */

import { text } from 'node:stream/consumers'
import { deserialize } from 'node:v8'
import { sealBatch } from '../../../framework/audit/index.ts'
import { openPool } from '../../../framework/sql/index.ts'
import { type HandedConnection, keyVault, takeOver } from '../../tenants/index.ts'

const handed = deserialize(Buffer.from(await text(process.stdin), 'base64')) as HandedConnection
const { address, keys } = takeOver(handed)
const pool = openPool({ ...address, max: 1 })
const vault = keyVault(keys)
process.stdout.write('ready\n')
for (;;) await sealBatch(pool, vault, 5)
