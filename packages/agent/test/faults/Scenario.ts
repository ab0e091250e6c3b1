/** What a pod is to do, and what there is before its first attempt. */

export interface Scenario {
  readonly id: string
  readonly name: string
  readonly kind: "CodeRun" | "DocsRun"
  /** `env`: the broker is part of the runner's process, and the agent has the credentials. */
  readonly credentials: "sidecar" | "env"
  /** Files `work-1.txt` to this one, each with a commit of its own. */
  readonly commits: number
  /** What the agent does besides. */
  readonly agent?: "pushes" | "leaves a file" | "nothing"
  /** What was before. */
  readonly before?:
    | "an attempt"
    | "an attempt, then a person"
    | "a branch of somebody else"
    | "a pull request of a person"
  /** With what its attempt ends where nothing goes wrong. */
  readonly ends: string
}

const code = { kind: "CodeRun", credentials: "sidecar", commits: 1, ends: "Delivered" } as const

export const scenarios: ReadonlyArray<Scenario> = [
  { ...code, id: "A1", name: "a first attempt delivers one commit" },
  {
    ...code,
    id: "A2",
    name: "several commits, and a file that the agent did not commit",
    commits: 3,
    agent: "leaves a file"
  },
  { ...code, id: "A3", name: "the agent pushes each of its commits itself", commits: 2, agent: "pushes" },
  { ...code, id: "A4", name: "the agent changes nothing", commits: 0, agent: "nothing", ends: "NoChanges" },
  {
    ...code,
    id: "A5",
    name: "a second attempt goes on with the session and the pull request",
    commits: 2,
    before: "an attempt"
  },
  { ...code, id: "A6", name: "the task's branch is somebody else's", before: "a branch of somebody else" },
  {
    ...code,
    id: "A7",
    name: "a person pushed to the run's branch between two attempts",
    commits: 2,
    before: "an attempt, then a person"
  },
  {
    ...code,
    id: "A8",
    name: "a person opened the pull request of the run's branch",
    commits: 2,
    before: "a pull request of a person"
  },
  { ...code, id: "A9", name: "a DocsRun", kind: "DocsRun" },
  { ...code, id: "A10", name: "the agent has the credentials", credentials: "env" },
  {
    ...code,
    id: "A11",
    name: "the agent has the credentials, in a second attempt",
    credentials: "env",
    commits: 2,
    before: "an attempt"
  }
]

export const scenarioOf = (id: string): Scenario | undefined =>
  scenarios.find((scenario) => scenario.id.toLowerCase() === id.toLowerCase())
