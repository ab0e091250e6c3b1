/** The form for a kind of runs: its fields in groups, and the request that a draft of it is. Pure. */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import { type Schema, SchemaAST } from "effect"
import { capital, inWords } from "../Words.ts"
import { type ControlName, controls, type Field } from "./Field.ts"

export interface FieldGroup {
  readonly title: string
  readonly fields: ReadonlyArray<Field>
  /** Shown when it is asked for, or holds something. */
  readonly isFolded?: boolean
}

/** One of several ways to say what is to be done. */
export interface Way {
  readonly name: string
  readonly label: string
}

export interface TaskForm {
  /** Name of the kind, as the API has it. */
  readonly kind: KindName
  readonly title: string
  readonly description: string
  /** The first is usual; none: there is only one way. */
  readonly ways: ReadonlyArray<Way>
  readonly groups: ReadonlyArray<FieldGroup>
}

/** What somebody has written so far; every value as its text, by the field's path. */
export interface Draft {
  readonly kind: KindName
  readonly way: string
  readonly texts: Readonly<Record<string, string>>
}

type Fields = Readonly<Record<string, Schema.Top>>

const choicesOf = (ast: SchemaAST.AST | undefined): ReadonlyArray<string> =>
  ast !== undefined && SchemaAST.isUnion(ast)
    ? ast.types.flatMap((type) => SchemaAST.isLiteral(type) && typeof type.literal === "string" ? [type.literal] : [])
    : []

const controlOf = (ast: SchemaAST.AST): ControlName => {
  if (SchemaAST.isString(ast) || SchemaAST.isLiteral(ast)) return "line"
  if (SchemaAST.isNumber(ast)) return "number"
  if (SchemaAST.isBoolean(ast)) return "flag"
  return choicesOf(ast).length > 0 ? "choice" : "json"
}

export const describedBy = (fields: Fields, path: string): string | undefined => {
  const schema = fields[path]
  return schema === undefined ? undefined : SchemaAST.resolveDescription(schema.ast)
}

/** The groups with what the schema says of each field, and with whatever else it has in a group of its own. */
export const completed = (
  groups: ReadonlyArray<FieldGroup>,
  fields: Fields,
  leftOut: ReadonlyArray<string>
): ReadonlyArray<FieldGroup> => {
  const described = groups.map((group) => ({
    ...group,
    fields: group.fields.map((field) => ({
      ...field,
      help: field.help ?? describedBy(fields, field.path),
      choices: choicesOf(fields[field.path]?.ast)
    }))
  }))
  const known = new Set([...leftOut, ...groups.flatMap((group) => group.fields.map(({ path }) => path.split(".")[0]))])
  const others = Object.entries(fields).filter(([path]) => !known.has(path)).map(([path, { ast }]): Field => ({
    path,
    label: capital(inWords(path)),
    control: controlOf(ast),
    choices: choicesOf(ast),
    help: describedBy(fields, path)
  }))
  return others.length === 0 ? described : [...described, { title: "More", fields: others, isFolded: true }]
}

export const fieldsOf = ({ groups }: TaskForm): ReadonlyArray<Field> => groups.flatMap(({ fields }) => fields)

/** Whether the field counts in a draft of that way. */
export const isOf = ({ of }: Field, way: string): boolean => of === undefined || of === way

export const emptyDraft = ({ kind, ways }: TaskForm): Draft => ({ kind, way: ways[0]?.name ?? "", texts: {} })

interface Nested {
  [name: string]: unknown
}

const place = (target: Nested, [first = "", ...rest]: ReadonlyArray<string>, value: unknown): void => {
  if (rest.length === 0) {
    target[first] = value
    return
  }
  const existing = Object.hasOwn(target, first) ? target[first] : undefined
  const inner: Nested = typeof existing === "object" && existing !== null ? { ...existing } : {}
  place(inner, rest, value)
  target[first] = inner
}

export interface NewRunRequest {
  readonly name?: string
  readonly spec: Readonly<Record<string, unknown>>
}

/** What the API is asked for: fields without a value are left out, and so are those of the other ways. */
export const requestOf = (form: TaskForm, draft: Draft): NewRunRequest => {
  const spec: Nested = {}
  let name: string | undefined
  for (const field of fieldsOf(form)) {
    if (!isOf(field, draft.way)) continue
    const value = controls[field.control].parse(draft.texts[field.path] ?? "")
    if (value === undefined) continue
    if (field.path === "name") name = String(value)
    else place(spec, field.path.split("."), value)
  }
  return { ...(name === undefined ? {} : { name }), spec }
}

const valueAt = (value: unknown, path: ReadonlyArray<string>): unknown => {
  const [first, ...rest] = path
  if (first === undefined) return value
  return typeof value === "object" && value !== null && Object.hasOwn(value, first)
    ? valueAt(Reflect.get(value, first), rest)
    : undefined
}

/** The way that was said, else the first of which something is written, else the usual one. */
export const wayOf = (form: TaskForm, said: unknown, texts: Draft["texts"]): string =>
  (form.ways.find(({ name }) => name === said) ??
    form.ways.find(({ name }) =>
      fieldsOf(form).some((field) => field.of === name && texts[field.path] !== undefined)
    ) ??
    form.ways[0])?.name ?? ""

/** A draft that asks for what the spec asks for; the way is the first of which it has a field. */
export const draftOf = (form: TaskForm, spec: object): Draft => {
  const texts = Object.fromEntries(
    fieldsOf(form).flatMap(({ control, path }) => {
      const value = path === "name" ? undefined : valueAt(spec, path.split("."))
      const text = value === undefined ? "" : controls[control].print(value)
      return text === "" ? [] : [[path, text] as const]
    })
  )
  return { kind: form.kind, way: wayOf(form, undefined, texts), texts }
}

/** Required fields that have no text yet. */
export const unfilled = (form: TaskForm, draft: Draft): ReadonlyArray<Field> =>
  fieldsOf(form).filter((field) =>
    field.isRequired === true && isOf(field, draft.way) && (draft.texts[field.path] ?? "").trim() === ""
  )
