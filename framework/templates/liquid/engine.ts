/**
 * Liquid as administrators may use it: values, conditions, loops over lists of records, and filters that are written here.
 * No tag reads a template from anywhere, keeps text for later or writes text unescaped; those of the library are taken away.
 */

import { AssignTag, CaseTag, CommentTag, ForTag, IfTag, Liquid, UnlessTag } from 'liquidjs'
import { escapeHtml } from '../escape/text.ts'
import { filters } from './filters.ts'

/** Longest template in characters. */
export const longestTemplate = 64 * 1024
/** Longest text that comes of one, in characters; a picture in it counts. */
export const longestResult = 4 * 1024 * 1024
/** Longest time that a template may take, in milliseconds. */
export const longestRenderMs = 250

/** The one engine; it keeps nothing between templates. */
export const engine: Liquid = makeEngine()

function makeEngine(): Liquid {
  const made = new Liquid({
    // No file and no address: names of templates are looked up in this empty table, and no tag looks one up.
    templates: {},
    dynamicPartials: false,
    relativeReference: false,
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: false,
    parseLimit: longestTemplate,
    renderLimit: longestRenderMs,
    memoryLimit: longestResult,
    // What the check of a template does not replace by the right escaping is escaped as text.
    outputEscape: (value: unknown) => escapeHtml(typeof value === 'string' ? value : ''),
  })
  for (const name of Object.keys(made.tags)) delete made.tags[name]
  for (const name of Object.keys(made.filters)) delete made.filters[name]
  made.registerTag('assign', AssignTag)
  made.registerTag('case', CaseTag)
  made.registerTag('comment', CommentTag)
  made.registerTag('for', ForTag)
  made.registerTag('if', IfTag)
  made.registerTag('unless', UnlessTag)
  for (const [name, filter] of Object.entries(filters)) made.registerFilter(name, filter)
  return made
}
