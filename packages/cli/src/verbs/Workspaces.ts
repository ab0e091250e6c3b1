/** `orchestrator workspaces`: who has a workspace and who waits for it; removes idle ones; says which are unused for so long that they would go. */
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import type { Workspace, WorkspacePlan } from "@orchestrator/http/contract/Workspaces"
import { Clock, Console, Effect } from "effect"
import { Connected, type ConnectInput } from "../connect/Connect.ts"
import { explained } from "../connect/Explain.ts"
import { ageText } from "../show/Age.ts"
import { structured } from "../show/Output.ts"
import type { OutputFormat } from "../show/OutputFormat.ts"
import { table } from "../show/Table.ts"
import { withServer } from "./Session.ts"

export interface WorkspacesInput extends ConnectInput {
  readonly names: ReadonlyArray<string>
  readonly output: OutputFormat
  readonly remove: boolean
  readonly plan: boolean
  readonly unusedDays: number | undefined
}

const columns = ["name", "phase", "size", "held by", "in line", "last use"]
const wideColumns = [...columns, "service", "user", "repository"]

const rowOf = (workspace: Workspace, now: number, wide: boolean): ReadonlyArray<string> => {
  const { githubUser = "", holders, lastUsedAt, line, name, phase = "", repository = "", service = "", size = "" } =
    workspace
  return [
    ...[name, phase, size, holders.join(", "), line.map(({ run }) => run).join(", ")],
    lastUsedAt === undefined ? "" : ageText(lastUsedAt, now),
    ...(wide ? [service, githubUser, repository] : [])
  ]
}

const printed = (workspaces: ReadonlyArray<Workspace>, output: OutputFormat, now: number): string => {
  if (output === "name") return workspaces.map(({ name }) => name).join("\n")
  if (output === "json" || output === "yaml") return structured({ items: workspaces }, output)
  const wide = output === "wide"
  const head = (wide ? wideColumns : columns).map((each) => each.toUpperCase())
  return table(head, workspaces.map((workspace) => rowOf(workspace, now, wide)))
}

const planned = ({ items }: WorkspacePlan, now: number): string =>
  table(
    ["NAME", "LAST USE", "PLAN", "BECAUSE"],
    items.map(({ because, goes, lastUsedAt, name }) => [
      name,
      lastUsedAt === undefined ? "" : ageText(lastUsedAt, now),
      goes ? "delete" : "keep",
      because
    ])
  )

const daysText = (days: number): string => days === 1 ? "a day" : `${days} days`

/** What follows from the plan. */
const consequence = ({ deletesAfterDays, items, unusedDays }: WorkspacePlan): string => {
  const going = items.filter(({ goes }) => goes).length
  const found = `${going} of ${items.length} workspaces ${going === 1 ? "is" : "are"} unused for more than ${
    daysText(unusedDays)
  } and may go.`
  return deletesAfterDays === undefined
    ? `${found} Nothing is deleted by itself: storage.unusedDays is not set.`
    : `${found} The controller deletes after ${daysText(deletesAfterDays)} (storage.unusedDays).`
}

export const workspaces = Effect.fn("workspaces")(function*(
  { names, output, plan, remove, unusedDays }: WorkspacesInput
) {
  const { workspaces: client } = yield* OrchestratorClient
  const { place } = yield* Connected
  const asked = <A, E>(request: Effect.Effect<A, E>) => explained(request, place)
  if (plan) {
    const answer = yield* asked(client.plan({ query: unusedDays === undefined ? {} : { unusedDays } }))
    const items = names.length === 0 ? answer.items : answer.items.filter(({ name }) => names.includes(name))
    const shown = { ...answer, items }
    if (output === "name") return yield* Console.log(items.map(({ name }) => name).join("\n"))
    if (output === "json" || output === "yaml") return yield* Console.log(structured(shown, output))
    yield* Console.log(planned(shown, yield* Clock.currentTimeMillis))
    return yield* Console.error(consequence(shown))
  }
  if (remove) {
    return yield* Effect.forEach(
      names,
      (name) => Effect.andThen(asked(client.delete({ params: { name } })), Console.log(`workspace/${name} deleted`)),
      {
        discard: true
      }
    )
  }
  const found = names.length === 0
    ? (yield* asked(client.list({}))).items
    : yield* Effect.forEach(names, (name) => asked(client.get({ params: { name } })))
  if (found.length === 0 && (output === "table" || output === "wide")) {
    return yield* Console.error("No workspaces found.")
  }
  yield* Console.log(printed(found, output, yield* Clock.currentTimeMillis))
}, (verb, input) => withServer(input, verb))
