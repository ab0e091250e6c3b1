/** Numbers that a command takes as `--name value`, with what they are without. */
import { parseArgs } from "node:util"

export const flags = <const Defaults extends Readonly<Record<string, number>>>(
  defaults: Defaults
): Readonly<Record<keyof Defaults, number>> => {
  const options = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: "string" as const }]))
  const { values } = parseArgs({ options })
  const given = Object.entries(values).map(([name, value]) => [name, Number(value)] as const)
  for (const [name, value] of given) {
    if (!Number.isFinite(value)) throw new Error(`--${name} expects a number, found ${String(values[name])}`)
  }
  return { ...defaults, ...Object.fromEntries(given) }
}
