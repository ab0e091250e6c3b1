/** The work of every kind of run, by its task type. */
import type { PlacedRepository } from "@orchestrator/domain/OtherRepositories"
import type { BrokerEnvironment, RunnerEnvironment, TaskType } from "@orchestrator/domain/PodEnvironment"
import { codeRunWork, type CodeTask } from "./CodeRunWork.ts"
import { docsRunWork, type DocsTask } from "./DocsRunWork.ts"
import type { Delivery, Environments, RunWork } from "./RunWork.ts"

interface Tasks {
  readonly code: CodeTask
  readonly docs: DocsTask
}

/** What a run is to do, told apart by its `type`. */
export type Task = Tasks[TaskType]

const works: { readonly [Type in TaskType]: RunWork<Environments<Type>, Tasks[Type]> } = {
  code: codeRunWork,
  docs: docsRunWork
}

export const deliveryOf = <Type extends TaskType>(
  values: Extract<BrokerEnvironment, { readonly taskType: Type }>
): Delivery => works[values.taskType].delivery(values)

export const taskOf = <Type extends TaskType>(
  values: Extract<RunnerEnvironment, { readonly taskType: Type }>
): Task => works[values.taskType].task(values)

/** Where the runner reads the task. */
export const docsUrlOf = <Type extends TaskType>(
  values: Extract<RunnerEnvironment, { readonly taskType: Type }>
): string => works[values.taskType].docsUrl(values)

/** Repositories beside the run's own, to read. */
export const repositoriesOf = <Type extends TaskType>(
  values: Extract<RunnerEnvironment, { readonly taskType: Type }>
): ReadonlyArray<PlacedRepository> => works[values.taskType].repositories(values)

/** What follows from the task, with a case for every kind. */
export const matchTask = <A>(
  task: Task,
  cases: { readonly [Type in TaskType]: (task: Tasks[Type]) => A }
): A => {
  const follow = <Type extends TaskType>(of: Tasks[Type] & { readonly type: Type }): A => cases[of.type](of)
  return follow(task)
}
