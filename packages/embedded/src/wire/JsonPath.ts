/**
 * The part of Kubernetes' JSONPath that printer columns use: fields, quoted fields, indices, `*`, and filters that compare a field with
 * a literal, such as `.status.conditions[?(@.type=="Ready")].status`.
 */
import { Predicate } from "effect"

type Step = (values: ReadonlyArray<unknown>) => ReadonlyArray<unknown>

const field = (name: string): Step => (values) =>
  values.flatMap((value) => Predicate.hasProperty(value, name) ? [value[name]] : [])

const children: Step = (values) =>
  values.flatMap((value): ReadonlyArray<unknown> =>
    Array.isArray(value) ? value : Predicate.isObject(value) ? Object.values(value) : []
  )

const element = (index: number): Step => (values) =>
  values.flatMap((value) => {
    const found: unknown = Array.isArray(value) ? value.at(index) : undefined
    return found === undefined ? [] : [found]
  })

const filter = (path: ReadonlyArray<Step>, operator: string, literal: unknown): Step => (values) =>
  children(values).filter((value) => {
    const found = walk(path, value)
    if (operator === "") return found.length > 0
    return found.some((each) => each === literal) === (operator === "==")
  })

const walk = (path: ReadonlyArray<Step>, value: unknown): ReadonlyArray<unknown> =>
  path.reduce<ReadonlyArray<unknown>>((values, step) => step(values), [value])

const token = new RegExp(
  [
    String.raw`\.?\[\?\(\s*@(?<inner>[^=!)\s]*)\s*(?:(?<operator>[=!]=)\s*(?<literal>"[^"]*"|'[^']*'|[\w.-]+)\s*)?\)\]`,
    String.raw`\.?\[(?<index>-?\d+)\]`,
    String.raw`\.?\[['"](?<quoted>[^'"]*)['"]\]`,
    String.raw`\.?(?<all>\[\*\]|\*)`,
    String.raw`\.?(?<name>(?:[^.[\]*\\]|\\.)+)`
  ].join("|"),
  "y"
)

const literalOf = (text: string): unknown => {
  if (/^["']/.test(text)) return text.slice(1, -1)
  return text === "true" ? true : text === "false" ? false : Number.isNaN(Number(text)) ? text : Number(text)
}

const parse = (path: string): ReadonlyArray<Step> | undefined => {
  const steps: Array<Step> = []
  token.lastIndex = 0
  for (let at = 0; at < path.length; at = token.lastIndex) {
    const match = token.exec(path)
    if (match === null) return undefined
    const resume = token.lastIndex
    const { all, index, inner, literal, name, operator, quoted } = match.groups ?? {}
    if (inner !== undefined) {
      const within = parse(inner)
      if (within === undefined) return undefined
      steps.push(filter(within, operator ?? "", literal === undefined ? undefined : literalOf(literal)))
    } else if (index !== undefined) steps.push(element(Number(index)))
    else if (quoted !== undefined) steps.push(field(quoted))
    else if (all !== undefined) steps.push(children)
    else steps.push(field((name ?? "").replaceAll(/\\(.)/g, "$1")))
    token.lastIndex = resume
  }
  return steps
}

/** Everything that the path finds in a value; nothing where the path is malformed. */
export const compile = (path: string): (value: unknown) => ReadonlyArray<unknown> => {
  const steps = parse(path.replace(/^\{(.*)\}$/, "$1").replace(/^\$/, ""))
  return steps === undefined ? () => [] : (value) => walk(steps, value)
}
