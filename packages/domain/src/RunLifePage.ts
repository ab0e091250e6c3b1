/** docs/life-of-a-run.md, drawn by walking through every state that the reference machine can come to. */
import { type Reason, TerminalReason } from "./Reason.ts"
import { nextStepOf } from "./ReasonGuide.ts"
import {
  type AttemptEnd,
  newborn,
  next,
  obstacles,
  type Place,
  places,
  type RunEvent,
  type RunLife
} from "./RunLife.ts"

const ends: ReadonlyArray<AttemptEnd> = ["Delivered", "AgentError", "InfraLost", "RateLimited", "Interrupted"]

/** Everything that can happen, one of a kind where the others lead to the same place. */
export const events: ReadonlyArray<RunEvent> = [
  ...obstacles.map((by): RunEvent => ({ tag: "Kept", by })),
  { tag: "LetGo" },
  { tag: "AgentBegan" },
  ...ends.map((reason): RunEvent => ({ tag: "AttemptEnded", reason })),
  { tag: "PauseOver" },
  { tag: "TimeIsUp" },
  { tag: "CancelAsked" },
  { tag: "JobDeleted" },
  { tag: "Raised" },
  { tag: "Deleted" }
]

/** Every state that `bounds` of one retry each and `versions` can lead to. */
export const reachable = (versions: number): ReadonlyArray<RunLife> => {
  const seen = new Map<string, RunLife>()
  const open = [newborn]
  for (let life = open.pop(); life !== undefined; life = open.pop()) {
    const key = JSON.stringify(life)
    if (seen.has(key)) continue
    seen.set(key, life)
    for (const event of events) {
      const after = next(life, event, { RateLimited: 1, InfraLost: 1 })
      if (after.version <= versions) open.push(after)
    }
  }
  return [...seen.values()]
}

interface Meaning {
  readonly phase: string
  readonly means: string
  readonly reasons: ReadonlyArray<Reason>
}

const meanings: Readonly<Record<Exclude<Place, "Gone">, Meaning>> = {
  Waiting: {
    phase: "Pending",
    means:
      "Nothing is running: the run is suspended, or waits for other runs, a workspace, a limit, a budget or the hours in which runs may start, and holds nothing; or, where Kueue decides, its Job waits in a queue.",
    reasons: [
      "Suspended",
      "WaitingForDependencies",
      "WaitingForWorkspace",
      "Maintenance",
      "QuietHours",
      "WaitingForBudget",
      "WaitingForCapacity",
      "WaitingForAdmission"
    ]
  },
  Starting: {
    phase: "Running",
    means: "The workspace is leased and the Job created; the agent's container has not started.",
    reasons: ["Starting", "Blocked"]
  },
  Working: { phase: "Running", means: "The agent's container is running.", reasons: ["AgentRunning"] },
  Stopping: {
    phase: "Running",
    means: "The agent is stopping and saves its work; its result decides how the run ends.",
    reasons: []
  },
  Replacing: {
    phase: "Running",
    means: "A higher `spec.contextVersion` was requested: the previous attempt is stopped and recorded first.",
    reasons: []
  },
  Paused: {
    phase: "Pending",
    means: "The attempt ended for a temporary reason: the run resumes at `status.resumesAt`.",
    reasons: ["RateLimited", "InfraLost"]
  },
  Ended: {
    phase: "Succeeded, Failed or Cancelled",
    means: "Final for this `spec.contextVersion`. The Job and its files are deleted after the delay set in `cleanup`.",
    reasons: TerminalReason.literals
  }
}

/** What an event is called on an arrow. */
const caption = (event: RunEvent, { place, reason }: RunLife): string => {
  switch (event.tag) {
    case "Kept":
      return place === "Ended" ? event.by : "may start"
    case "LetGo":
      return "may start"
    case "AgentBegan":
      return "agent's container begins"
    case "AttemptEnded":
      return place === "Paused" && reason !== undefined ? reason : "attempt ends"
    case "PauseOver":
      return "resumesAt has come"
    case "TimeIsUp":
      return "timeoutSeconds are over"
    case "CancelAsked":
      return "spec.cancel"
    case "JobDeleted":
      return "Job deleted"
    case "Raised":
      return "contextVersion raised"
    case "Deleted":
      return "deleted"
  }
}

const isShown = (from: RunLife, event: RunEvent, to: RunLife): boolean =>
  from.place !== "Gone" && to.place !== "Gone" && (from.place !== to.place || event.tag === "Raised")

/** Each arrow once, with everything that leads along it. */
const arrows = (): ReadonlyArray<string> => {
  const captions = new Map<string, Set<string>>()
  for (const from of reachable(2)) {
    for (const event of events) {
      const to = next(from, event, { RateLimited: 1, InfraLost: 1 })
      if (!isShown(from, event, to)) continue
      const arrow = `${from.place} --> ${to.place}`
      captions.set(arrow, (captions.get(arrow) ?? new Set()).add(caption(event, to)))
    }
  }
  const order = (arrow: string) => places.findIndex((place) => arrow.startsWith(place))
  return [...captions]
    .toSorted(([left], [right]) => order(left) - order(right) || left.localeCompare(right))
    .map(([arrow, said]) => `  ${arrow} : ${[...said].toSorted().join(", ")}`)
}

const nextSteps = (reasons: ReadonlyArray<Reason>, phase: string): string =>
  reasons.length === 0
    ? "Next: nothing. It takes no longer than the pod's grace period."
    : reasons.map((reason) => `- ${reason}: ${nextStepOf(reason, phase)}`).join("\n")

const sections = Object.entries(meanings).map(([place, { means, phase, reasons }]) =>
  `## ${place}

Phase ${phase}. ${means}

${nextSteps(reasons, phase)}`
)

export const lifePage =
  `<!-- Generated from packages/domain by \`npm run generate\`; edit RunLife.ts and RunLifePage.ts there. -->

# The life of a run

Each arrow is something that happens to a run: by a person, by the cluster or by time. Deleting a run leads out of every state and is not
drawn: its Job is stopped and let go, its workspace stays. The machine behind this page (packages/domain/src/RunLife.ts) is the reference
that the controller is tested against.

\`\`\`mermaid
stateDiagram-v2
  [*] --> Starting
  [*] --> Waiting
${arrows().join("\n")}
\`\`\`

Below stands what to do next for each reason of a state; [what the reasons mean](guides/reasons.md) has a page of its own.

${sections.join("\n\n")}
`
