/** What an administrator's template may hold of HTML besides values: a document that runs nothing and asks nobody for anything. */

import { valueMark } from '../escape/address.ts'
import { Misplaced, type Watcher } from '../html/reader.ts'

const tags = new Set(
  (
    'html head title body style meta div p span a b i u s em strong small sub sup br hr pre code blockquote q cite abbr address ' +
    'h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption colgroup col thead tbody tfoot tr td th img figure figcaption font center ' +
    'header footer main section article aside nav del ins mark time'
  ).split(' '),
)
const attributes = new Set(
  (
    'class style title dir lang align valign width height colspan rowspan scope headers span alt border cellpadding cellspacing ' +
    'bgcolor color face size href src name target rel charset id role datetime start type value'
  ).split(' '),
)

/** Refuses what is not on the lists. `style`, `head` and their kind are for reports; a mail's HTML is a fragment. */
export const literalHtml: Watcher = {
  tag(name) {
    if (!tags.has(name.replace('/', '')))
      throw new Misplaced(`The element ${name} is not used in templates of mails and reports.`)
  },
  attribute(tag, name, value) {
    if (!attributes.has(name) && !name.startsWith('aria-') && !name.startsWith('data-'))
      throw new Misplaced(`The attribute ${name} is not used in templates of mails and reports.`)
    if (tag === 'meta' && name !== 'charset') throw new Misplaced('The element meta has a charset and nothing else.')
    if (name === 'style') checkStyle(value ?? '')
    if (name !== 'href' && name !== 'src') return
    if (tag !== (name === 'href' ? 'a' : 'img'))
      throw new Misplaced(`The attribute ${name} is for ${name === 'href' ? 'links' : 'pictures'}.`)
    checkAddress(value ?? '', name)
  },
  style: checkStyle,
}

// Loaded from elsewhere, a picture would tell that and where a mail was read; so pictures come with the document.
function checkAddress(value: string, name: string): void {
  if (value.startsWith(valueMark)) return
  const isFine =
    name === 'href'
      ? /^(?:https?:\/\/[a-z0-9]|mailto:|tel:|\/(?![/\\])|#|\?|$)/i.test(value)
      : /^(?:data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]*|cid:[\w.@-]+)$/.test(value)
  if (!isFine || /[\p{Cc}\\]/u.test(value.replaceAll(valueMark, '')))
    throw new Misplaced(
      name === 'href'
        ? 'A link leads to https, a mailbox, a telephone or a path of ours.'
        : 'A picture is a field of a record or stands in the template as data:image/….',
    )
}

// CSS Syntax §4.3: escapes could spell any of these words.
function checkStyle(text: string): void {
  if (/[\\@<]|url\s*\(|image\s*\(|image-set\s*\(|src\s*\(|expression|behaviou?r\s*:|-moz-binding|\/\*/i.test(text))
    throw new Misplaced('A style names no addresses, rules with @, comments or escapes.')
}
