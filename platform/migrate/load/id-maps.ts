/** Which record of the target stands for which row of the source: the complete map that all references go through. */

/** Ids by model: Odoo's → ours. */
export class IdMaps {
  readonly #maps = new Map<string, Map<number, number>>()

  set(model: string, source: number, target: number): void {
    const map = this.#maps.get(model) ?? new Map<number, number>()
    map.set(source, target)
    this.#maps.set(model, map)
  }

  /** Our id, or null when the row was not imported. */
  get(model: string | undefined, source: number): number | null {
    return this.#maps.get(model ?? '')?.get(source) ?? null
  }

  /** Takes a row out again that the database refused. */
  delete(model: string, source: number): void {
    this.#maps.get(model)?.delete(source)
  }

  /** All pairs of a model. */
  of(model: string): ReadonlyMap<number, number> {
    return this.#maps.get(model) ?? new Map()
  }
}
