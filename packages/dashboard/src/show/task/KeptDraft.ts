/**
 * A draft over a reload and from an address. Values that may be secret are not kept: what is in the browser's storage is for whoever opens it.
 * What comes from there or from an address is believed as far as it is texts of known fields. Pure.
 */
import { type Draft, emptyDraft, fieldsOf, type TaskForm, wayOf } from "./TaskForm.ts"

const withoutValues = (text: string): string =>
  text.split("\n").map((line) => line.includes("=") ? line.slice(0, line.indexOf("=") + 1) : line).join("\n")

/** `https://user:password@host`; the server refuses them as well. */
const withoutCredentials = (text: string): string => text.replace(/(\w:\/\/)[^/\s@]*@/g, "$1")

export const keptDraft = (form: TaskForm, { kind, texts, way }: Draft): string =>
  JSON.stringify({
    kind,
    way,
    texts: Object.fromEntries(
      fieldsOf(form).flatMap(({ control, path }) => {
        const text = texts[path] ?? ""
        if (text === "") return []
        return [[path, withoutCredentials(control === "secretPairs" ? withoutValues(text) : text)]]
      })
    )
  })

const longestText = 200_000

const knownTexts = (form: TaskForm, given: (path: string) => unknown) =>
  Object.fromEntries(
    fieldsOf(form).flatMap(({ path }) => {
      const text = given(path)
      return typeof text === "string" && text !== "" ? [[path, text.slice(0, longestText)] as const] : []
    })
  )

const formOf = (forms: ReadonlyArray<TaskForm>, kind: unknown): TaskForm | undefined =>
  forms.find((form) => typeof kind === "string" && form.kind.toLowerCase() === kind.toLowerCase())

/** Undefined for what is no draft of any of these forms. */
export const readKept = (forms: ReadonlyArray<TaskForm>, kept: string | null): Draft | undefined => {
  if (kept === null) return undefined
  try {
    const read: unknown = JSON.parse(kept)
    if (typeof read !== "object" || read === null) return undefined
    const form = formOf(forms, Reflect.get(read, "kind"))
    const given: unknown = Reflect.get(read, "texts")
    if (form === undefined || typeof given !== "object" || given === null) return undefined
    const texts = knownTexts(form, (path) => Object.hasOwn(given, path) ? Reflect.get(given, path) : undefined)
    return { kind: form.kind, way: wayOf(form, Reflect.get(read, "way"), texts), texts }
  } catch {
    return undefined
  }
}

/** From `?kind=CodeRun&service=payments&prompt=...`; undefined where the address says nothing. */
export const draftOfAddress = (forms: ReadonlyArray<TaskForm>, query: URLSearchParams): Draft | undefined => {
  const form = formOf(forms, query.get("kind")) ?? forms[0]
  if (form === undefined) return undefined
  const texts = knownTexts(form, (path) => query.get(path))
  const empty = emptyDraft(form)
  if (Object.keys(texts).length === 0) return query.has("kind") ? empty : undefined
  return { ...empty, way: wayOf(form, query.get("way"), texts), texts }
}
