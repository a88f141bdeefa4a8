import { createHash, createHmac, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeDurably } from '../files/durable.ts'
import { type FileStore, openSeedStore } from '../files/file-store.ts'
import {
  copyCluster,
  initCluster,
  publish,
  removeCredentials,
  removeFolder,
  renewCredentials,
  type Toolset,
} from '../postgres/cluster-folder.ts'
import { HARDENING } from '../postgres/hardening.ts'
import { configuration, HBA } from '../postgres/settings.ts'
import { type Instance, superviseInstance } from './instance.ts'
import type { Layout } from './layout.ts'

/** A prepared, stopped instance without passwords, from which tenants are copied. */
export interface Template {
  readonly folder: string
  /** Files that the applications brought while it was prepared. */
  readonly files: FileStore
}

/** Prepared instances of a home, made once per key. */
export interface Templates {
  /** The template without any application. */
  base(): Promise<Template>
  /** Makes the template of a key with `build` unless it is there; calls with one key at the same time share one making. */
  prepare(key: string, build: (instance: Instance, files: FileStore) => Promise<void>): Promise<Template>
  /** @returns null when nobody prepared that key. */
  find(key: string): Template | null
}

const NAMING_KEY = 'naming.key'

/** Opens the templates of a home. Each key is bound to PostgreSQL's version and to the hardening, so a change of either makes new ones. */
export function openTemplates(layout: Layout, tools: Toolset): Templates {
  const underWay = new Map<string, Promise<Template>>()
  const ground = [tools.binaries.version, configuration(tools.binaries.major), HBA, ...HARDENING].join('\n')

  const folderOf = (key: string): string => {
    const digest = createHash('sha256').update(`${ground}\n${key}`).digest('hex')
    return join(layout.templates, `t_${digest.slice(0, 24)}`)
  }

  const make = (key: string, fill: (staged: string) => Promise<void>): Promise<Template> => {
    const folder = folderOf(key)
    if (existsSync(folder)) return Promise.resolve(openTemplate(folder))
    const pending = underWay.get(folder)
    if (pending !== undefined) return pending
    const staged = join(layout.staging, `t_${randomBytes(8).toString('hex')}`)
    const making = (async () => {
      try {
        await fill(staged)
        await publish(tools, staged, folder, { kind: 'template', registry: null, phase: 'serving' })
        return openTemplate(folder)
      } catch (error) {
        await removeFolder(staged)
        throw error
      } finally {
        underWay.delete(folder)
      }
    })()
    underWay.set(folder, making)
    return making
  }

  const base = (): Promise<Template> =>
    make('', async (staged) => {
      await initCluster(tools, staged)
      await addSeedFolder(staged)
    })

  const prepare: Templates['prepare'] = (key, build) =>
    make(`key:${key}`, async (staged) => {
      await copyCluster((await base()).folder, staged)
      await addSeedFolder(staged)
      const credentials = await renewCredentials(tools, staged)
      const name = `t_${randomBytes(8).toString('hex')}`
      const instance = superviseInstance({
        tools,
        name,
        folder: staged,
        sockets: layout.sockets,
        generation: 0,
        credentials,
      })
      try {
        await instance.start()
        await build(instance, openTemplate(staged).files)
      } finally {
        await instance.stop('fast')
      }
      await removeCredentials(tools, staged)
      await rm(join(staged, 'postgres.log'), { force: true })
    })

  return {
    base,
    prepare,
    find: (key) => (existsSync(folderOf(`key:${key}`)) ? openTemplate(folderOf(`key:${key}`)) : null),
  }
}

async function addSeedFolder(folder: string): Promise<void> {
  mkdirSync(join(folder, 'files'), { mode: 0o700 })
  await writeDurably(join(folder, NAMING_KEY), randomBytes(32))
}

function openTemplate(folder: string): Template {
  const key = readFileSync(join(folder, NAMING_KEY))
  const nameOf = (bytes: Uint8Array): string => createHmac('sha256', key).update(bytes).digest('hex')
  return { folder, files: openSeedStore(join(folder, 'files'), nameOf) }
}
