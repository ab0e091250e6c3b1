/** What a scenario comes to when nothing goes wrong, in a line: how each run ends over which attempts, what is written, and in how many minutes. */
import { Predicate } from "effect"
import type { Calm } from "./Play.ts"

const fieldOf = (value: unknown, name: string): unknown => Predicate.isObject(value) ? value[name] : undefined

/** `1.0 InfraLost, 1.1 Delivered` */
const attemptsOf = (status: unknown): string => {
  const attempts = fieldOf(status, "attempts")
  return (Array.isArray(attempts) ? attempts : []).map((each: unknown) =>
    `${String(fieldOf(each, "contextVersion"))}.${String(fieldOf(each, "retry") ?? 0)} ${
      String(fieldOf(each, "reason"))
    }`
  ).join(", ")
}

const runsIn = ({ end }: Calm): ReadonlyArray<string> =>
  [...end].filter(([key]) => /^(?:CodeRun|DocsRun) /.test(key)).map(([key, content]) => {
    const status = fieldOf(JSON.parse(content), "status")
    return `${key.replace(/^\w+ /, "")} ${String(fieldOf(status, "reason"))} (${attemptsOf(status)})`
  })

/** `statuses 4, jobs 2`: how often a status was written, and how many of the others were made. */
const writesIn = ({ counts }: Calm): ReadonlyArray<string> => {
  const sums = new Map<string, number>()
  for (const [key, { create, update }] of counts) {
    const resource = key.replace(/^.*\//, "").replace(/ .*$/, "")
    const isRun = resource === "coderuns" || resource === "docsruns"
    const name = isRun ? "statuses" : resource
    sums.set(name, (sums.get(name) ?? 0) + (isRun ? update : create))
  }
  return [...sums].map(([name, sum]) => `${name} ${sum}`).toSorted()
}

/** `ConfigMap 1, Job 1 (0 held)` */
const leftIn = ({ end }: Calm): string => {
  const kinds = Map.groupBy(
    [...end].filter(([key]) => !/^(?:CodeRun|DocsRun) /.test(key)),
    ([key]) => key.split(" ")[0]
  )
  return [...kinds].map(([kind, all]) => {
    const held = all.filter(([, content]) =>
      fieldOf(fieldOf(JSON.parse(content), "metadata"), "finalizers") !== undefined
    )
    return `${kind} ${all.length}${kind === "Job" ? ` (${held.length} held)` : ""}`
  }).toSorted().join(", ")
}

export const endingOf = (calm: Calm): string => {
  const from = calm.points[0]?.at ?? 0
  const minutes = Math.ceil(((calm.points[calm.lastPoint - 1]?.at ?? from) - from) / 60_000)
  return [...runsIn(calm).toSorted(), ...writesIn(calm), `left: ${leftIn(calm)}`, `${minutes} min`].join("; ")
}
