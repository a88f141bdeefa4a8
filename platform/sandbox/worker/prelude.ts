/**
 * The first code in a script's world. It keeps the originals of what it needs before the script can change them, gives the script
 * `input`, `now`, `call` and `log`, and turns results and errors into text. Everything in it belongs to the script's own world:
 * whoever takes it apart finds functions of the same engine, which take and give text.
 */
export const prelude = `(function (hostCall, hostLog, inputText, now, maximum) {
  'use strict'
  const { parse, stringify } = JSON
  const [StringOf, ErrorOf, define, freeze] = [String, Error, Object.defineProperty, Object.freeze]
  const give = (name, value) => define(globalThis, name, { value, enumerable: true, writable: false, configurable: false })
  const say = (value) => {
    if (typeof value === 'string') return value
    try { return stringify(value) ?? StringOf(value) } catch { return 'a value without text' }
  }
  give('input', parse(inputText))
  give('now', now)
  give('call', freeze(function call(model, method, args = [], kwargs = {}) {
    const answer = parse(hostCall(stringify([model, method, args, kwargs])))
    if (answer.error === undefined) return answer.value
    const error = new ErrorOf(answer.error)
    error.name = 'CallError'
    error.code = answer.code
    throw error
  }))
  give('log', freeze(function log(...values) {
    let text = ''
    for (let i = 0; i < values.length; i++) text += (i > 0 ? ' ' : '') + say(values[i])
    hostLog(text)
  }))
  return {
    finish(value) {
      const text = stringify(value) ?? 'null'
      if (text.length > maximum) throw new ErrorOf('The result of the script is too large.')
      return text
    },
    describe(error) {
      let [name, message, stack] = ['Error', '', '']
      try {
        if (typeof error === 'object' && error !== null) {
          name = StringOf(error.name)
          message = StringOf(error.message)
          stack = StringOf(error.stack)
        } else message = StringOf(error)
      } catch {
        message = 'The script threw something that has no text.'
      }
      return stringify([name, message, stack])
    },
  }
})`
