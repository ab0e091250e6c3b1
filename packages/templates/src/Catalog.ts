/**
 * The files of a run: which outputs each kind has, and which template makes each. Hooks are discovered, everything else is closed. A
 * template is found as a folder (`code/hooks/stop.sh.hbs`) or flattened, as ConfigMap keys must be (`code_hooks_stop.sh.hbs`).
 */
import type { TaskType } from "./Inputs.ts"
import type { TemplateProblem } from "./TemplateError.ts"

export type Language = "shell" | "json" | "markdown"

export interface CatalogEntry {
  readonly taskType: TaskType
  /** Key in the ConfigMap. */
  readonly output: string
  readonly language: Language
  /** Path of the template as it was found. */
  readonly file: string
}

export interface Catalog {
  readonly entries: ReadonlyArray<CatalogEntry>
  readonly problems: ReadonlyArray<TemplateProblem>
  /** Files that make no output. */
  readonly ignored: ReadonlyArray<string>
}

/** Outputs by the name of their template without `.hbs`. */
const outputs: Readonly<Record<TaskType, Readonly<Record<string, string>>>> = {
  code: {
    "container.sh": "container.sh",
    "claude.md": "CLAUDE.md",
    "settings.json": "settings.json",
    "prompt.md": "prompt.md",
    "mcp.json": "mcp.json",
    "client-config.json": "client-config.json",
    "coding-guidelines.md": "coding-guidelines.md",
    "github-guidelines.md": "github-guidelines.md",
    "mcp-tools.md": "mcp-tools.md"
  },
  docs: {
    "container.sh": "container.sh",
    "claude.md": "CLAUDE.md",
    "settings.json": "settings.json",
    "prompt.md": "prompt.md"
  }
}

const taskTypes = ["code", "docs"] as const

/** Makes the catalog of the template files with these paths. */
export const catalog = (paths: ReadonlyArray<string>): Catalog => {
  const found = paths.toSorted().map((file) => ({ file, entry: entryOf(file) }))
  const entries = found.flatMap(({ entry }) => entry ?? [])
  const key = ({ output, taskType }: CatalogEntry) => `${taskType}/${output}`
  const first = new Map(entries.toReversed().map((entry) => [key(entry), entry]))
  const ambiguous = entries.filter((entry) => first.get(key(entry)) !== entry).map((entry): TemplateProblem => ({
    file: entry.file,
    reason: "Ambiguous",
    message: `${first.get(key(entry))?.file} makes ${key(entry)} as well; remove one of them`
  }))
  const missing = taskTypes.flatMap((taskType) =>
    Object.entries(outputs[taskType])
      .filter(([, output]) => !first.has(`${taskType}/${output}`))
      .map(([name, output]): TemplateProblem => ({
        file: `${taskType}/${name}.hbs`,
        reason: "Missing",
        message: `no template for ${output}; expected this file, or ${taskType}_${name}.hbs`
      }))
  )
  return {
    entries: [...first.values()].toReversed(),
    problems: [...missing, ...ambiguous],
    ignored: found.filter(({ entry }) => entry === undefined).map(({ file }) => file)
  }
}

const entryOf = (file: string): CatalogEntry | undefined => {
  const [, folder, hook, name] = /^(code|docs)[/_](hooks[/_])?([^/]+)\.hbs$/.exec(file) ?? []
  const taskType = taskTypes.find((type) => type === folder)
  if (taskType === undefined || name === undefined) return undefined
  if (hook !== undefined) {
    return /^[-._a-zA-Z0-9]+\.sh$/.test(name)
      ? { taskType, output: `hooks-${name}`, language: "shell", file }
      : undefined
  }
  const lower = name.toLowerCase()
  const output = Object.hasOwn(outputs[taskType], lower) ? outputs[taskType][lower] : undefined
  return output === undefined ? undefined : { taskType, output, language: languageOf(output), file }
}

const languageOf = (output: string): Language =>
  output.endsWith(".sh") ? "shell" : output.endsWith(".json") ? "json" : "markdown"
