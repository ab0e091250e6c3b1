/** JSON with holes, filled without touching what has none: what is the same in every object is shared, as a loop by hand would. */

export type Values = Readonly<Record<string, string>>

const hole = /<<(\w+)>>/g

type Fill = (values: Values) => unknown

/** undefined where there is no hole. */
const fillOf = (template: unknown): Fill | undefined => {
  if (typeof template === "string") return template.includes("<<") ? fillText(template) : undefined
  if (typeof template !== "object" || template === null) return undefined
  const parts = Object.entries(template).flatMap(([key, value]) => {
    const fill = fillOf(value)
    return fill === undefined ? [] : [{ key, fill }]
  })
  if (parts.length === 0) return undefined
  return (values) => {
    const filled = parts.map(({ fill, key }) => [key, fill(values)] as const)
    return Object.assign(Array.isArray(template) ? [...template] : { ...template }, Object.fromEntries(filled))
  }
}

const fillText = (text: string): Fill => (values) => text.replace(hole, (_, name: string) => values[name] ?? "")

/** `A` is what the template was made of. */
export const compile = <A>(template: A): (values: Values) => A => {
  const fill = fillOf(template)
  return fill === undefined ? () => template : (values) => fill(values) as A
}

/** The value with these texts of its JSON replaced, one after the other. */
export const withHoles = <A>(value: A, holes: ReadonlyArray<readonly [text: string | RegExp, hole: string]>): A =>
  JSON.parse(holes.reduce((json, [text, hole]) => json.replaceAll(text, hole), JSON.stringify(value)))
