/** Label selectors: `a=b`, `a!=b`, `a in (x,y)`, `a notin (x)`, `a`, `!a`, `a>1`, `a<2`, joined by commas. */
import { Result } from "effect"
import { isLabelValue, qualifiedNameProblem } from "./QualifiedName.ts"

export type Labels = Readonly<Record<string, string>>

export type LabelMatch = (labels: Labels) => boolean

const exists = /^(!?)\s*([^\s!=<>,()]+)$/
const compared = /^([^\s!=<>,()]+)\s*(==|=|!=|>|<)\s*([^\s!=<>,()]*)$/
const among = /^([^\s!=<>,()]+)\s+(in|notin)\s*\(([^()]*)\)$/

/** Which labels a selector means; an empty one means all. */
export const parseLabelSelector = (text: string): Result.Result<LabelMatch, string> => {
  if (text.trim() === "") return Result.succeed(() => true)
  return Result.map(
    Result.all(splitTerms(text).map((term) => parseTerm(term.trim()))),
    (terms) => (labels: Labels) => terms.every((matches) => matches(labels))
  )
}

/** At the commas that are not within parentheses. */
const splitTerms = (text: string): ReadonlyArray<string> => {
  const terms: Array<string> = []
  let depth = 0
  let begin = 0
  for (let index = 0; index < text.length; index++) {
    if (text[index] === "(") depth++
    if (text[index] === ")") depth--
    if (text[index] === "," && depth === 0) {
      terms.push(text.slice(begin, index))
      begin = index + 1
    }
  }
  return [...terms, text.slice(begin)]
}

const parseTerm = (term: string): Result.Result<LabelMatch, string> => {
  const [, not, lone] = exists.exec(term) ?? []
  if (lone !== undefined) return checked(lone, [], (labels) => Object.hasOwn(labels, lone) === (not === ""))
  const [, key, operator = "", value = ""] = compared.exec(term) ?? []
  if (key !== undefined) return comparison(key, operator, value)
  const [, member, set, list = ""] = among.exec(term) ?? []
  if (member === undefined) return Result.fail(`unable to parse requirement: ${JSON.stringify(term)}`)
  const values = list.split(",").map((item) => item.trim())
  return checked(member, values, (labels) => values.includes(labelOf(labels, member) ?? "\0") === (set === "in"))
}

const comparison = (key: string, operator: string, value: string): Result.Result<LabelMatch, string> => {
  if (operator === "!=") return checked(key, [value], (labels) => labelOf(labels, key) !== value)
  if (operator === "=" || operator === "==") return checked(key, [value], (labels) => labelOf(labels, key) === value)
  if (!/^\d+$/.test(value)) return Result.fail(`for 'Gt', 'Lt' operators, the value must be an integer: ${value}`)
  return checked(key, [], (labels) => {
    const found = labelOf(labels, key)
    if (found === undefined || !/^-?\d+$/.test(found)) return false
    return operator === ">" ? Number(found) > Number(value) : Number(found) < Number(value)
  })
}

const labelOf = (labels: Labels, key: string): string | undefined =>
  Object.hasOwn(labels, key) ? labels[key] : undefined

const checked = (
  key: string,
  values: ReadonlyArray<string>,
  match: LabelMatch
): Result.Result<LabelMatch, string> => {
  const problem = qualifiedNameProblem(key)
  if (problem !== undefined) return Result.fail(`key: Invalid value: ${JSON.stringify(key)}: ${problem}`)
  const bad = values.find((value) => !isLabelValue(value))
  return bad === undefined ? Result.succeed(match) : Result.fail(`values: Invalid value: ${JSON.stringify(bad)}`)
}
