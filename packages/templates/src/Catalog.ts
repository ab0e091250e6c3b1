/**
 * The files of a run: which outputs each kind has, and which template makes each. Hooks are discovered, everything else is closed. A
 * template is found as a folder (`code/hooks/stop.sh.hbs`) or flattened, as ConfigMap keys must be (`code_hooks_stop.sh.hbs`). A set has
 * templates that take the place of the usual ones: `sets/java/code/prompt.md.hbs`, `sets_java_code_prompt.md.hbs`.
 */
import type { TaskType } from "@orchestrator/domain/PodEnvironment"
import { runTemplates, taskTypes } from "./kinds/RunTemplates.ts"
import type { TemplateProblem } from "./TemplateError.ts"

export type Language = "shell" | "json" | "markdown"

export interface CatalogEntry {
  readonly taskType: TaskType
  /** Key in the ConfigMap. */
  readonly output: string
  readonly language: Language
  /** Path of the template as it was found. */
  readonly file: string
  /** Undefined for the usual ones. */
  readonly set?: string
}

export interface Catalog {
  readonly entries: ReadonlyArray<CatalogEntry>
  readonly problems: ReadonlyArray<TemplateProblem>
  /** Files that make no output. */
  readonly ignored: ReadonlyArray<string>
}

/** Makes the catalog of the template files with these paths. */
export const catalog = (paths: ReadonlyArray<string>): Catalog => {
  const found = paths.toSorted().map((file) => ({ file, entry: entryOf(file) }))
  const entries = found.flatMap(({ entry }) => entry ?? [])
  const key = ({ output, set, taskType }: CatalogEntry) => `${set === undefined ? "" : `${set}/`}${taskType}/${output}`
  const first = new Map(entries.toReversed().map((entry) => [key(entry), entry]))
  const ambiguous = entries.filter((entry) => first.get(key(entry)) !== entry).map((entry): TemplateProblem => ({
    file: entry.file,
    reason: "Ambiguous",
    message: `${first.get(key(entry))?.file} makes ${key(entry)} as well; remove one of them`
  }))
  const missing = taskTypes.flatMap((taskType) =>
    Object.entries(runTemplates[taskType].outputs)
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

const template = new RegExp(`^(${taskTypes.join("|")})[/_](hooks[/_])?([^/]+)\\.hbs$`)

/** A set's name has no `_`, so that a flattened path can be told apart. */
const ofSet = /^sets[/_]([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)[/_](.+)$/s

const entryOf = (file: string): CatalogEntry | undefined => {
  const [, set, rest = file] = ofSet.exec(file) ?? []
  const entry = usualEntry(file, rest)
  return set === undefined || entry === undefined ? entry : { ...entry, set }
}

const usualEntry = (file: string, path: string): CatalogEntry | undefined => {
  const [, folder, hook, name] = template.exec(path) ?? []
  const taskType = taskTypes.find((type) => type === folder)
  if (taskType === undefined || name === undefined) return undefined
  if (hook !== undefined) {
    return /^[-._a-zA-Z0-9]+\.sh$/.test(name)
      ? { taskType, output: `hooks-${name}`, language: "shell", file }
      : undefined
  }
  const output = new Map(Object.entries(runTemplates[taskType].outputs)).get(name.toLowerCase())
  return output === undefined ? undefined : { taskType, output, language: languageOf(output), file }
}

const languageOf = (output: string): Language =>
  output.endsWith(".sh") ? "shell" : output.endsWith(".json") ? "json" : "markdown"
