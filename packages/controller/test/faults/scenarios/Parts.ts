/** What scenarios are made of. */
import { runLabel } from "@orchestrator/domain/Labels"
import type { Script } from "@orchestrator/embedded/node/ScriptedRuntime"
import { CodeRunKind, DocsRunKind } from "@orchestrator/k8s/Kinds"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { codeRun, docsRun } from "../../program/World.ts"
import { type Act, always, type Scenario, second, type User } from "../Scenario.ts"

export const alone = { controllers: ["A"], leadership: "alone" } as const
/** Two replicas, of which one leads. */
export const replicas = { controllers: ["A", "B"], leadership: "lease" } as const
/** Two that both believe to lead. */
export const twins = { controllers: ["A", "B"], leadership: "alone" } as const

/** Once the controllers have their lists. */
export const create = (...runs: ReadonlyArray<CustomObject>): Act => ({
  name: `create ${runs.map(({ metadata }) => metadata.name).join(", ")}`,
  when: always,
  after: second,
  act: (user) => runs.forEach((run) => user.start(run))
})

export const whenWorking = (run: string, name: string, act: (user: User) => void, after = 3 * second): Act => ({
  name,
  when: (user) => user.isWorking(run),
  after,
  act
})

/** Deletes a run of either kind. */
export const removeRun = (user: User, name: string): void => {
  user.remove(CodeRunKind, name)
  user.remove(DocsRunKind, name)
}

export const editRun = (user: User, name: string, spec: object): void => {
  user.edit(CodeRunKind, name, { spec })
  user.edit(DocsRunKind, name, { spec })
}

/** A scenario for each kind of run; `S3` is of CodeRuns, `S3d` of DocsRuns. */
export const ofBothKinds = (
  id: string,
  name: string,
  make: (
    run: (name: string, spec?: object) => CustomObject
  ) => Omit<Scenario, "id" | "name" | "controllers" | "leadership">
): ReadonlyArray<Scenario> => [
  { ...alone, id, name, ...make(codeRun) },
  { ...alone, id: `${id}d`, name: `${name} (DocsRun)`, ...make((run) => docsRun(run)) }
]

/** What each run's containers do, by the run's name. */
export const byRun = (scripts: Readonly<Record<string, Script>>, others: Script): Script => (request) =>
  (scripts[request.pod.metadata.labels?.[runLabel] ?? ""] ?? others)(request)

/** What its containers do, by the contextVersion that they work on. */
export const byVersion = (scripts: Readonly<Record<string, Script>>, others: Script): Script => (request) =>
  (scripts[request.pod.metadata.labels?.["context-version"] ?? ""] ?? others)(request)
