/** Names of runs whose requesters gave none: readable first, then what makes them unique. At most 63 characters, a DNS label. */
import { sanitize } from "@orchestrator/domain/Names"

const limit = 63
/** What the API server adds to a `generateName`. */
const generated = 5

const cut = (text: string, room: number) => text.slice(0, room).replace(/-+$/, "")

/** `payments-task-7`, `payments`, `docs-<repository>`: what a name begins with. */
export const codeRunStem = (service: string, taskId: number | undefined): string => {
  const tail = taskId === undefined ? "" : `-task-${taskId}`
  return `${cut(sanitize(service), 50 - tail.length)}${tail}`
}

export const docsRunStem = (repositoryUrl: string): string => {
  const repository = repositoryUrl.replace(/\/+$/, "").replace(/\.git$/, "").split(/[/:]/).at(-1) ?? ""
  return `docs-${cut(sanitize(repository), 45)}`
}

/** A stem with a suffix that the caller has made unique. */
export const nameWith = (stem: string, suffix: string): string => `${cut(stem, limit - suffix.length - 1)}-${suffix}`

/** `metadata.generateName` for a stem. */
export const generateNameOf = (stem: string): string => `${cut(stem, limit - generated - 1)}-`
