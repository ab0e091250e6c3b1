/** Which field of the form a fault is at, by the path that the server or the client names. Pure. */
import { capital } from "../Words.ts"
import { type Draft, fieldsOf, isOf, type TaskForm } from "./TaskForm.ts"

export interface Fault {
  readonly path: string
  readonly expected: string
  readonly found: string
}

export interface FieldErrors {
  /** Words by the field's path. */
  readonly byField: ReadonlyMap<string, string>
  /** Of what the form has no field for. */
  readonly others: ReadonlyArray<string>
}

export const noErrors: FieldErrors = { byField: new Map(), others: [] }

/** `spec.env.PATH` and `spec.repositories[0].url`: what leads there from the spec. */
const stepsOf = (path: string): ReadonlyArray<string> => {
  const steps = path.split(/[.[\]]+/).filter((step) => step !== "")
  return steps[0] === "spec" ? steps.slice(1) : steps
}

const leadsTo = (field: string, steps: ReadonlyArray<string>): boolean =>
  field.split(".").every((step, index) => steps[index] === step)

/** What is wrong, with the place in the field where it is not the whole of it. */
const wordsOf = ({ expected, found }: Fault, within: ReadonlyArray<string>): string => {
  const at = within.map((step) => /^\d+$/.test(step) ? `line ${Number(step) + 1}` : step).join(", ")
  const words = found === "nothing" ? `expected ${expected}` : `expected ${expected}, found ${found}`
  return capital(at === "" ? `${words}.` : `${at}: ${words}.`)
}

export const fieldErrors = (form: TaskForm, { way }: Draft, faults: ReadonlyArray<Fault>): FieldErrors => {
  const fields = fieldsOf(form).filter((field) => isOf(field, way))
  const byField = new Map<string, string>()
  const others: Array<string> = []
  for (const fault of faults) {
    const steps = stepsOf(fault.path)
    const field = fields.filter(({ path }) => leadsTo(path, steps)).toSorted((a, b) => b.path.length - a.path.length)[0]
    if (field === undefined) {
      others.push(`${fault.path === "" ? "" : `${fault.path}: `}${wordsOf(fault, [])}`)
      continue
    }
    const words = wordsOf(fault, steps.slice(field.path.split(".").length))
    const before = byField.get(field.path)
    byField.set(field.path, before === undefined ? words : `${before} ${words}`)
  }
  return { byField, others }
}
