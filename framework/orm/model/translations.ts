/** Reading and writing all languages of a translated field. */

import { InvalidRequestError } from '../../errors.ts'
import { id, sql } from '../../sql/index.ts'
import { noteUpdate } from '../audit/changes.ts'
import type { FieldInfo } from '../registry.ts'
import { requireRecords } from '../write/operation.ts'
import { Scope } from '../query/scope.ts'
import type { RecordSet } from './record-set.ts'

/** `[[{ lang, source, value }], { translation_type, translation_show_source }]` of one record. */
export async function readTranslations(
  records: RecordSet,
  name: string,
  langs: readonly string[] | null,
): Promise<readonly [readonly object[], object]> {
  const home = await homeOf(records, name)
  if (home !== null) return readTranslations(home.records, home.name, langs)
  const field = translatedField(records, name)
  await requireRecords(records.env, records.modelName, 'read', [records.id])
  const [row] = await records.env.db.query<{ v: Record<string, string> | null }>(
    sql`SELECT ${id(field.name)} AS v FROM ${id(records.info.table)} WHERE id = ${records.id}::int4`,
  )
  const active = await records.env.db.query<{ code: string }>(
    sql`SELECT code FROM res_lang WHERE active ORDER BY CASE WHEN code = 'en_US' THEN 1 ELSE 0 END, code`,
  )
  const source = row?.v?.en_US ?? ''
  const wanted = active.map((l) => l.code).filter((code) => !langs || langs.includes(code))
  return [
    wanted.map((lang) => ({ lang, source, value: row?.v?.[lang] ?? (lang === 'en_US' ? source : '') })),
    { translation_type: field.kind === 'char' ? 'char' : 'text', translation_show_source: false },
  ]
}

/** A language set to false falls back to English. */
export async function writeTranslations(
  records: RecordSet,
  name: string,
  translations: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const home = await homeOf(records, name)
  if (home !== null) return writeTranslations(home.records, home.name, translations)
  const field = translatedField(records, name)
  if (translations === null || typeof translations !== 'object' || Array.isArray(translations))
    throw new InvalidRequestError('ERR_TRANSLATION', 'Translations are texts by language code.')
  const texts: Record<string, string> = {}
  const removed: string[] = []
  for (const [lang, value] of Object.entries(translations)) {
    if (!/^[a-z]{2,3}(_[A-Za-z0-9]{2,4})?(@[a-z]+)?$/.test(lang))
      throw new InvalidRequestError('ERR_LANG', `Invalid language code: ${lang.slice(0, 20)}`, {
        wireName: 'odoo.exceptions.UserError',
      })
    if (typeof value === 'string') texts[lang] = value
    else if (value === false && lang !== 'en_US') removed.push(lang)
    else throw new InvalidRequestError('ERR_TRANSLATION', 'A translation is a text, or false to remove it.')
  }
  await records.write({ [field.name]: texts } as never)
  if (removed.length > 0) {
    const note = noteUpdate(records.env, records.info, [field], 't')
    const statement = sql`UPDATE ${id(records.info.table)} t SET ${id(field.name)} = ${id(field.name)} - ${removed}::text[]${note.from} WHERE t.id = ANY(${[...records.ids]}::int4[])${note.joined} RETURNING 1 AS one${note.returning}`
    await records.env.db.query(note.isOn ? sql`WITH done AS (${statement})${note.noted} SELECT 1` : statement)
  }
  return true
}

// A field that shows another record's, as a product variant shows its template's name, is translated where it is stored.
async function homeOf(records: RecordSet, name: string): Promise<{ records: RecordSet; name: string } | null> {
  const { env, info } = records
  const { column, related } = new Scope(env).field(info, name)
  if (column || related === undefined) return null
  let at = records
  for (const hop of related.slice(0, -1)) {
    const comodel = at.info.fields.get(hop)?.comodel
    if (comodel === undefined) return null
    const rows = (await at.load(hop as never)) as unknown as readonly Readonly<Record<string, unknown>>[]
    const ids = rows.map((row) => row[hop]).filter((id): id is number => typeof id === 'number')
    at = env.model(comodel, [...new Set(ids)])
  }
  return at.ids.length === 0 ? null : { records: at, name: related.at(-1) ?? '' }
}

function translatedField(records: RecordSet, name: string): FieldInfo {
  const field = new Scope(records.env).field(records.info, name)
  if (!field.options.translate || !field.column)
    throw new InvalidRequestError('ERR_TRANSLATION', `${records.modelName}.${name} is not translated.`)
  return field
}
