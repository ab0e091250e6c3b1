/** What the server itself says: is it there, does it know us, is it ready, what has it found, how do runs fare, does its clock agree with ours. */
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { Clock, DateTime, Effect, Option } from "effect"
import { Connected } from "../connect/Connect.ts"
import { explained } from "../connect/Explain.ts"
import { describePlace } from "../connect/ServerPlace.ts"
import { Runs } from "../runs/RunApi.ts"
import { skewAlarm } from "../serve/ClockSkew.ts"
import { type Line, ok, warn } from "../serve/Line.ts"
import { version } from "../settings/Version.ts"
import { looked, runLines } from "./RunLines.ts"
import { mayNotLook } from "./SecretLines.ts"

/** What the difference of two clocks means; `roundTrip` is how much of it the answer's way may be. */
export const clockLine = (differenceMillis: number, roundTripMillis: number): Line => {
  const seconds = Math.abs(differenceMillis) / 1000
  const apart = Math.max(0, Math.abs(differenceMillis) - roundTripMillis)
  const found = `this machine and the server differ by ${seconds.toFixed(1)} s`
  const next = "Synchronize the clocks (chrony, systemd-timesyncd): tokens and the leader's Lease go by them"
  return skewAlarm(apart)?.("clock", found, next) ?? ok("clock", found)
}

const split = (check: string, message: string, status: "warn" | "fail"): Line => {
  const [found = message, ...next] = message.split("\n")
  return { check, status, found, ...(next.length === 0 ? {} : { next: next.join("\n") }) }
}

export const serverLines = Effect.gen(function*() {
  const client = yield* OrchestratorClient
  const { place } = yield* Connected
  const runs = yield* Runs
  const asked = <A, E>(request: Effect.Effect<A, E>) => explained(request, place)
  const before = yield* Clock.currentTimeMillis
  const health = yield* Effect.result(asked(client.health({})))
  const after = yield* Clock.currentTimeMillis
  if (health._tag === "Failure") return [split("server", health.failure.message, "fail")]
  const { timestamp, version: theirs } = health.success
  const same = theirs === version
  const server = same
    ? ok("server", `${describePlace(place)} answers, version ${theirs}`)
    : warn(
      "server",
      `${describePlace(place)} has version ${theirs}, this is ${version}`,
      "Use the executable of the server's release"
    )
  const clock = Option.match(DateTime.make(timestamp), {
    onNone: () => [],
    onSome: (time) => [clockLine(DateTime.toEpochMillis(time) - (before + after) / 2, after - before)]
  })
  const ready = yield* asked(client.ready({})).pipe(
    Effect.map(({ warnings = [] }) =>
      warnings.length === 0 ? [ok("ready", "yes")] : warnings.map((warning) => split("ready", warning, "warn"))
    ),
    Effect.catch(({ message }) => Effect.succeed([split("ready", message, "fail")]))
  )
  const found = yield* asked(client.installation.get({})).pipe(
    // Of the readiness it says the same again.
    Effect.map(({ findings }) => findings.filter(({ check }) => check !== "ready" && check !== "agents")),
    Effect.catch(({ message, problem }) =>
      Effect.succeed([
        problem === "permission-missing"
          ? mayNotLook(
            "leader",
            "what the server finds: leader, webhooks, its clock, its requests (get the leader's Lease)"
          )
          : split("leader", message, "warn")
      ])
    )
  )
  const lists = yield* Effect.forEach(runs.kinds, ({ kind, list }) =>
    list({ limit: looked, sort: "-createdAt" }).pipe(
      Effect.map(({ items }) => ({ items, line: ok("access", `you may list ${kind.plural}`) })),
      Effect.catch(({ message }) => Effect.succeed({ items: [], line: split("access", message, "fail") }))
    ))
  const all = lists.flatMap(({ items }) => items)
  return [
    server,
    ...clock,
    ...ready,
    ...found,
    ...(lists.every(({ line }) => line.status === "ok") ? runLines(all, yield* Clock.currentTimeMillis) : []),
    ...lists.map(({ line }) => line)
  ]
})
