/** Runs that are made up, with all that belongs to each, as an API server sends them. */
import type { Plural, Stored } from "./Stored.ts"

export interface Population {
  /** Runs that work, each with its Job, pod, files and a workspace of its own. */
  readonly active: number
  /** Runs that have ended, of which nothing else is left. */
  readonly finished: number
  /** Runs that nobody has looked at, with a workspace each. */
  readonly waiting: number
}

type Fill = (index: number) => string

/** Runs that have ended are of so many services; each that works or waits is of its own, since two in one workspace would wait for each other. */
const services = 500

/** Text with holes by its parts. Names have numbers of six digits, as long as those of large installations. */
const fillOf = (template: string, serviceOf = (index: number) => index): Fill => {
  const parts = template.split(/<<(\w+)>>/)
  const values: Readonly<Record<string, (digits: string, index: number) => string>> = {
    name: (digits) => `run-${digits.slice(2)}`,
    service: (_, index) => `service-${String(serviceOf(index)).padStart(6, "0")}`,
    digits: (digits) => digits,
    version: (_, index) => String(1000 + index)
  }
  return (index) => {
    const digits = String(index).padStart(8, "0")
    return parts.map((part, at) => at % 2 === 0 ? part : values[part]?.(digits, index) ?? "").join("")
  }
}

export const worldOf = (stored: Stored, { active, finished, waiting }: Population) => {
  const fills: Readonly<Record<Plural, Fill>> = {
    coderuns: fillOf(stored.coderuns),
    jobs: fillOf(stored.jobs),
    pods: fillOf(stored.pods),
    configmaps: fillOf(stored.configmaps),
    persistentvolumeclaims: fillOf(stored.persistentvolumeclaims)
  }
  const [ended, asked] = [fillOf(stored.finishedRun, (index) => index % services), fillOf(stored.waitingRun)]
  const all = active + finished + waiting
  return {
    count: (plural: Plural): number =>
      plural === "coderuns" ? all : plural === "persistentvolumeclaims" ? active + waiting : active,
    item: (plural: Plural, index: number): string => {
      if (plural === "coderuns") {
        return index < active ? fills.coderuns(index) : index < active + finished ? ended(index) : asked(index)
      }
      // The workspaces of those that wait come after the others.
      const of = plural === "persistentvolumeclaims" && index >= active ? index + finished : index
      return fills[plural](of)
    }
  }
}
