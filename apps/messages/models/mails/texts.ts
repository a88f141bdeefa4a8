/** The texts of a mail template: parsed against the models, and checked for who writes them. */

import {
  checkDocument,
  checkExpression,
  type Env,
  type LiquidTemplate,
  parseDocument,
  readableBy,
  UserError,
} from '#framework'

/** The texts with what comes of each. */
const kinds = {
  subject: 'line',
  email_from: 'mailboxes',
  email_to: 'mailboxes',
  partner_to: 'line',
  email_cc: 'mailboxes',
  reply_to: 'mailboxes',
  lang: 'line',
  body_html: 'html',
} as const

export type TextField = keyof typeof kinds
export const texts = Object.keys(kinds) as TextField[]

/** Fields whose change makes the writer answer for the template. */
export const textFields: readonly string[] = [...texts, 'condition', 'model_id', 'attachment_ids']

/** A template as it is stored. */
export type Stored = Readonly<Record<TextField, string | null>> & {
  readonly model: string
  readonly condition: string | null
  readonly editor: number
  readonly attachments: readonly number[]
}

/** Reads a template with the rights of the caller. */
export async function readTemplate(env: Env, id: number): Promise<Stored> {
  const [row] = await env
    .model('mail.template', [id])
    .load(
      'model',
      'subject',
      'email_from',
      'email_to',
      'partner_to',
      'email_cc',
      'reply_to',
      'lang',
      'body_html',
      'condition',
      'editor_id',
      'attachment_ids',
    )
  if (!row?.model || !row.editor_id)
    throw new UserError(
      'ERR_MAIL_TEMPLATE',
      'The template is about no model, or nobody answers for it; let an administrator save it again.',
    )
  return { ...row, model: row.model, editor: row.editor_id, attachments: row.attachment_ids }
}

/** @throws ValidationError ERR_TEMPLATE */
export function parseTexts(env: Env, stored: Stored): Record<TextField, LiquidTemplate> {
  const parse = (name: TextField) =>
    parseDocument(env.registry, { model: stored.model, use: 'mail', kind: kinds[name], text: stored[name] ?? '' })
  return Object.fromEntries(texts.map((name) => [name, parse(name)])) as Record<TextField, LiquidTemplate>
}

/** Checks saved templates: they parse, and read nothing that whoever writes them may not. */
export async function checkTexts(env: Env, ids: readonly number[]): Promise<void> {
  for (const id of ids) {
    const stored = await readTemplate(env, id)
    await checkDocument(env, Object.values(parseTexts(env, stored)), stored.model)
    if (stored.condition) conditionOf(env, stored)
  }
}

/** The condition of a template, as `env` may speak of it. @throws ValidationError ERR_EXPRESSION_… */
export function conditionOf(env: Env, { model, condition }: Stored): ReturnType<typeof checkExpression> {
  return checkExpression(env.registry, model, condition ?? 'true', { type: { is: 'bool' }, mayRead: readableBy(env) })
}
