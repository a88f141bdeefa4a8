/** Data for scripts: JSON that an HTML parser cannot leave and a script parser cannot run. */

/**
 * JSON of a value for a `<script type="application/json">` or inside of a script.
 * @throws TypeError for what JSON cannot say
 */
export function scriptData(value: unknown): string {
  const json = JSON.stringify(value)
  if (json === undefined) throw new TypeError('A script gets data that JSON can say.')
  // `</script>`, `<!--` and `]]>` need one of these; U+2028 and U+2029 end lines in old scripts.
  return json.replace(/[<>&'\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
