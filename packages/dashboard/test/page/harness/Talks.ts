/** Runs of a site whose agents have said something, or say it while a test goes on. */
import { CodeRunKind, PodKind } from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import { keep, seed } from "./Runs.ts"
import { namespace, type Site } from "./Site.ts"

const jobOf = (run: string, attempt: number) => `code-${run}-v${attempt}`

/** An attempt by its number: one that has ended where there is an outcome. */
export const attemptOf = (run: string, contextVersion: number, outcome?: string, more: object = {}) => ({
  contextVersion,
  jobName: jobOf(run, contextVersion),
  startedAt: "2026-05-04T11:00:00Z",
  ...(outcome === undefined ? {} : { outcome, finishedAt: "2026-05-04T11:12:00Z" }),
  ...more
})

type Attempts = ReadonlyArray<ReturnType<typeof attemptOf>>

const statusOf = (phase: string, attempts: Attempts) => {
  const { contextVersion, jobName } = attempts.at(-1) ?? {}
  return { phase, jobName, contextVersion, attempts }
}

/** Stores a run with these attempts; its UID. */
export const putRun = async (site: Site, name: string, phase: string, attempts: Attempts): Promise<string> =>
  await seed(site, {
    name,
    minutesAgo: 60,
    spec: { contextVersion: attempts.at(-1)?.contextVersion ?? 1 },
    status: statusOf(phase, attempts)
  })

export const setStatus = async (site: Site, name: string, phase: string, attempts: Attempts): Promise<unknown> =>
  await site.run(
    site.client.patchStatus(CodeRunKind, { name, namespace }, {
      type: "merge",
      body: { status: statusOf(phase, attempts) }
    })
  )

const linesOf = (events: ReadonlyArray<object>, mark = ""): string =>
  events.map((event) => `${mark}${JSON.stringify(event)}\n`).join("")

export const keepTranscript = (site: Site, uid: string, attempt: number, events: ReadonlyArray<object>): void =>
  keep(site, uid, attempt, "transcript.jsonl", linesOf(events))

/** The pod of a run's attempt, whose broker prints what the agent says. */
export const startPod = async (site: Site, run: string, attempt: number) => {
  const name = jobOf(run, attempt)
  const state = { running: { startedAt: "2026-05-04T11:00:00Z" } }
  const started = (container: string) => [{ name: container, ready: true, restartCount: 0, state }]
  const { metadata } = await site.run(Effect.andThen(
    site.client.create(PodKind, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace, labels: { "batch.kubernetes.io/job-name": name } },
      spec: {
        initContainers: [{ name: "broker", image: "orchestrator", restartPolicy: "Always" }],
        containers: [{ name: "claude", image: "agent" }]
      }
    }),
    site.client.patchStatus(PodKind, { name, namespace }, {
      type: "merge",
      body: {
        status: {
          phase: "Running",
          containerStatuses: started("claude"),
          initContainerStatuses: started("broker")
        }
      }
    })
  ))
  const key = { podUid: metadata.uid ?? "", container: "broker" }
  return {
    say: async (events: ReadonlyArray<object>) =>
      await site.run(site.logs.append(key, new TextEncoder().encode(linesOf(events, "transcript ")))),
    end: async () => await site.run(site.logs.close(key))
  }
}

/** Events at times one after the other, several at the same time now and then. */
export const timed = (events: ReadonlyArray<object>, from = "2026-05-04T12:00:00Z"): ReadonlyArray<object> =>
  events.map((event, index) => ({ at: new Date(Date.parse(from) + Math.floor(index / 3) * 5).toISOString(), ...event }))
