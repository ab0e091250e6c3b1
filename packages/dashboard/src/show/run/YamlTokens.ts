/** The parts of a YAML text that are coloured: keys, texts, numbers, words and the rest. Joined they are the text again. Pure, linear. */
export interface YamlToken {
  readonly kind: "key" | "text" | "number" | "word" | "comment" | "plain"
  readonly text: string
}

/** Longer lines are not looked into. */
const longest = 2000

const linePattern = /^(\s*(?:- )*)("(?:[^"\\]|\\.)*"|[^\s"'#:{[&*!|>%@`-][^:#]*)(:)(?=\s|$)(.*)$/s

const kindOf = (value: string): YamlToken["kind"] => {
  if (/^-?(?:\d+|\d*\.\d+)(?:e[-+]?\d+)?$/i.test(value)) return "number"
  if (/^(?:true|false|null|~|\{\}|\[\])$/.test(value)) return "word"
  return value.startsWith("#") ? "comment" : "text"
}

const parted = (text: string): ReadonlyArray<YamlToken> => {
  const value = text.trim()
  if (value === "") return text === "" ? [] : [{ kind: "plain", text }]
  const before = text.slice(0, text.indexOf(value))
  const after = text.slice(before.length + value.length)
  return [
    ...(before === "" ? [] : [{ kind: "plain", text: before } as const]),
    { kind: kindOf(value), text: value },
    ...(after === "" ? [] : [{ kind: "plain", text: after } as const])
  ]
}

const tokensOf = (line: string): ReadonlyArray<YamlToken> => {
  if (line.length > longest) return [{ kind: "text", text: line }]
  const [, indent = "", key, colon, rest = ""] = linePattern.exec(line) ?? []
  if (colon === undefined || key === undefined) return parted(line)
  return [
    ...(indent === "" ? [] : [{ kind: "plain", text: indent } as const]),
    { kind: "key", text: key },
    { kind: "plain", text: colon },
    ...parted(rest)
  ]
}

/** Lines of a block (`|`, `>`) are texts as deep as they are indented below it. */
export const yamlLines = (text: string): ReadonlyArray<ReadonlyArray<YamlToken>> => {
  let block: number | undefined
  return text.replace(/\n$/, "").split("\n").map((line) => {
    const indent = line.search(/\S/)
    if (block !== undefined && (indent < 0 || indent > block)) return line === "" ? [] : [{ kind: "text", text: line }]
    block = /(?::|-) [|>][-+0-9]*$/.test(line) ? Math.max(0, indent) : undefined
    return tokensOf(line)
  })
}
