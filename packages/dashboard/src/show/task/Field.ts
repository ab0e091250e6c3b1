/**
 * A field of the form in which somebody describes a run: what it is called, and how its text becomes a value of the request and back. Whoever
 * writes what cannot be read gets the words of the server's schema: the text is then sent as it is.
 */
export interface Control {
  /** Undefined: there is nothing, and the field is left out. */
  readonly parse: (text: string) => unknown
  readonly print: (value: unknown) => string
}

export type ControlName =
  | "line"
  | "lines"
  | "number"
  | "choice"
  | "flag"
  | "names"
  | "pairs"
  | "secretPairs"
  | "secrets"
  | "repositories"
  | "json"

/** What there is to choose from; another text may be written as well. */
export type Suggestions = "models" | "services" | "users" | "profiles" | "runs" | "repositories"

export interface Field {
  /** Of the request, `spec.` left off; `name` stands beside the spec. */
  readonly path: string
  readonly label: string
  readonly control: ControlName
  readonly help?: string | undefined
  readonly example?: string
  readonly isRequired?: boolean
  readonly suggestions?: Suggestions
  /** Of a choice: what there is. */
  readonly choices?: ReadonlyArray<string>
  /** The way of saying what to do that it belongs to; else it belongs to all. */
  readonly of?: string
}

const entriesOf = (value: unknown): ReadonlyArray<readonly [string, unknown]> =>
  typeof value === "object" && value !== null ? Object.entries(value) : []

const textOf = (value: unknown): string => typeof value === "string" ? value : JSON.stringify(value) ?? ""

const listOf = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : []

const fieldOf = (value: unknown, name: string): string | undefined => {
  const found = entriesOf(value).find(([key]) => key === name)?.[1]
  return found === undefined ? undefined : textOf(found)
}

const trimmedLines = (text: string, separator: RegExp): ReadonlyArray<string> =>
  text.split(separator).map((line) => line.trim()).filter((line) => line !== "")

/** Parts of a line before and after the first of these; the second is empty where there is none. */
const cut = (line: string, mark: string): readonly [string, string] => {
  const at = line.indexOf(mark)
  return at < 0 ? [line, ""] : [line.slice(0, at).trim(), line.slice(at + mark.length).trim()]
}

const some = <A>(items: ReadonlyArray<A>): ReadonlyArray<A> | undefined => items.length === 0 ? undefined : items

const pairs: Control = {
  parse: (text) => {
    const lines = some(text.split("\n").filter((line) => line.trim() !== ""))
    return lines === undefined ? undefined : Object.fromEntries(lines.map((line) => {
      const at = line.indexOf("=")
      return at < 0 ? [line.trim(), ""] : [line.slice(0, at).trim(), line.slice(at + 1)]
    }))
  },
  print: (value) => entriesOf(value).map(([name, each]) => `${name}=${textOf(each)}`).join("\n")
}

export const controls: Readonly<Record<ControlName, Control>> = {
  line: { parse: (text) => text.trim() === "" ? undefined : text.trim(), print: textOf },
  choice: { parse: (text) => text === "" ? undefined : text, print: textOf },
  lines: { parse: (text) => text.trim() === "" ? undefined : text, print: textOf },
  number: {
    parse: (text) => {
      const word = text.trim()
      return word === "" ? undefined : /^-?\d+(?:\.\d+)?$/.test(word) ? Number(word) : word
    },
    print: textOf
  },
  flag: { parse: (text) => text === "true" ? true : undefined, print: (value) => value === true ? "true" : "" },
  names: {
    parse: (text) => some(trimmedLines(text, /[\s,]+/)),
    print: (value) => listOf(value).map(textOf).join("\n")
  },
  pairs,
  secretPairs: pairs,
  // NAME=secret/key
  secrets: {
    parse: (text) =>
      some(
        trimmedLines(text, /\n/).map((line) => {
          const [name, source] = cut(line, "=")
          const [secretName, secretKey] = cut(source, "/")
          return { name, secretName, secretKey }
        })
      ),
    print: (value) =>
      listOf(value).map((each) =>
        `${fieldOf(each, "name") ?? ""}=${fieldOf(each, "secretName") ?? ""}/${fieldOf(each, "secretKey") ?? ""}`
      ).join("\n")
  },
  // URL, and behind a blank its branch and the name of its folder
  repositories: {
    parse: (text) =>
      some(
        trimmedLines(text, /\n/).map((line) => {
          const [url = "", branch, name] = line.split(/\s+/)
          const named = branch === "-" ? undefined : branch
          return { url, ...(named === undefined ? {} : { branch: named }), ...(name === undefined ? {} : { name }) }
        })
      ),
    print: (value) =>
      listOf(value).map((each) => {
        const [branch, name] = [fieldOf(each, "branch"), fieldOf(each, "name")]
        return [
          fieldOf(each, "url") ?? "",
          ...(branch === undefined && name === undefined ? [] : [branch ?? "-"]),
          ...(name === undefined ? [] : [name])
        ]
          .join(" ")
      }).join("\n")
  },
  json: {
    parse: (text) => {
      if (text.trim() === "") return undefined
      try {
        return JSON.parse(text)
      } catch {
        return text
      }
    },
    print: (value) => JSON.stringify(value) ?? ""
  }
}
