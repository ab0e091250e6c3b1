/**
 * What a run works from. CodeRun: its own prompt, or the task's files of the docs repository, copied to `task/`, read from git objects so
 * that nothing of that repository is ever checked out or followed. DocsRun: the project's own list of tasks.
 */
import { promptTitle } from "@orchestrator/domain/CodeRun"
import { findTask, promptOf } from "@orchestrator/domain/TaskEntry"
import {
  elsewhere,
  inProject,
  readTaskList,
  type TaskList,
  taskListPath,
  taskStatePath
} from "@orchestrator/domain/TaskMaster"
import { Effect, FileSystem, Result } from "effect"
import { readBlobs } from "../../git/Blobs.ts"
import { Git } from "../../git/Git.ts"
import { type Remote, Upstream, type UpstreamError } from "../../git/Upstream.ts"
import { advice } from "../../git/UpstreamWords.ts"
import type { CodeTask } from "../../kinds/CodeRunWork.ts"
import type { DocsTask } from "../../kinds/DocsRunWork.ts"
import { setupFailed } from "../../pod/RunFailure.ts"
import { Handover } from "../handover/Handover.ts"
import { RunnerConfig } from "../services/RunnerConfig.ts"

/** Folders for the copied files, in the agent's folder: the first that is not the repository's own. */
export const taskFolders = ["task", "orchestrator-task"] as const

/** File name in `task/` by path in the project of the docs repository. */
const taskPaths = (taskId: number) =>
  ({
    "task.md": `.taskmaster/docs/task-${taskId}/task.md`,
    "prompt.md": `.taskmaster/docs/task-${taskId}/prompt.md`,
    "acceptance-criteria.md": `.taskmaster/docs/task-${taskId}/acceptance-criteria.md`,
    "architecture.md": ".taskmaster/docs/architecture.md"
  }) as const

/** Names of a task's files. */
export const taskFileNames: ReadonlyArray<string> = Object.keys(taskPaths(0))

export interface TaskSources {
  readonly files: ReadonlyMap<string, string>
  readonly title: string | undefined
}

const titleOf = (markdown: string | undefined): string | undefined =>
  /^#+\s+(?:Task\s+\d+\s*[:.-]\s*)?(.+)$/m.exec(markdown ?? "")?.[1]?.trim()

/** The files of a task from the texts that the docs repository has; undefined when neither prompt nor entry is there. */
export const chooseFiles = (
  texts: ReadonlyMap<string, string>,
  list: TaskList | undefined,
  taskId: number
): TaskSources | undefined => {
  const entry = list === undefined ? undefined : findTask(list.tasks, taskId)
  const prompt = texts.get("prompt.md") ?? (entry === undefined ? undefined : promptOf(entry))
  if (prompt === undefined) return undefined
  return { files: new Map([...texts, ["prompt.md", prompt]]), title: entry?.title ?? titleOf(texts.get("task.md")) }
}

/** Says that a remote cannot be used, with its address and git's words. */
export const unreachable = (what: string, githubUser: string) => ({ reason, ref }: UpstreamError) => {
  // What a broker found out about pushing, before it let anybody read.
  const [, unwritable] = /^cannot push to \S+: (.*)$/s.exec(reason) ?? []
  const problem = unwritable === undefined ? `cannot be read: ${reason}` : `cannot be pushed to: ${unwritable}`
  return setupFailed(`${what} ${ref} ${problem}.${advice(reason, githubUser)}`)
}

/** The branch's commit, or a failure that names address and branch and what there is. */
export const requireBranch = Effect.fnUntraced(function*(what: string, url: string, remote: Remote, branch: string) {
  const commit = remote.heads.get(branch)
  if (commit !== undefined) return commit
  const others = [...remote.heads.keys()].slice(0, 8).join(", ") || "no branch at all"
  return yield* setupFailed(`${what} ${url} has no branch ${branch}; it has ${others}`)
})

const readPrompt = Effect.fnUntraced(function*(file: string) {
  const fs = yield* FileSystem.FileSystem
  const { roots } = yield* RunnerConfig
  const text = yield* fs.readFileString(`${roots.config}/${file}`).pipe(
    Effect.mapError(({ message }) => setupFailed(`the run's prompt ${file} cannot be read: ${message}`))
  )
  return { files: new Map([["prompt.md", text]]), title: promptTitle(text) } satisfies TaskSources
})

/** In the words of whoever asks: first the run's own prompt, then the issue that it names. */
const readPlainWords = Effect.fn("TaskFiles.readPlainWords")(function*({ issueUrl, promptFile }: CodeTask) {
  const handover = yield* Handover
  const prompt = promptFile === undefined ? undefined : yield* readPrompt(promptFile)
  if (issueUrl === undefined) return prompt
  const issue = yield* handover.issue.pipe(
    Effect.mapError(({ reason }) => setupFailed(`the issue ${issueUrl} cannot be the run's task: ${reason}`))
  )
  const text = [...(prompt === undefined ? [] : [`${prompt.files.get("prompt.md")?.trim()}\n`]), issue.text].join("\n")
  return { files: new Map([["prompt.md", text]]), title: issue.title } satisfies TaskSources
})

/** The files that say what to do: in plain words, or those of a project's task. */
export const readTaskFiles = Effect.fnUntraced(function*(task: CodeTask) {
  return (yield* readPlainWords(task)) ?? (yield* readProjectFiles(task, task.taskId ?? 0))
})

const readProjectFiles = Effect.fn("TaskFiles.read")(function*(task: CodeTask, taskId: number) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const upstream = yield* Upstream
  const { githubUser } = yield* RunnerConfig
  const what = "docs repository"
  const url = upstream.name("docs")
  const remote = yield* upstream.look("docs").pipe(Effect.mapError(unreachable(what, githubUser)))
  yield* requireBranch(what, url, remote, task.docsBranch)

  const gitDir = yield* fs.makeTempDirectoryScoped({ prefix: "docs-" })
  yield* git.run({ gitDir }, ["init", "--quiet", "--bare", "--template="])
  yield* upstream.fetch("docs", { gitDir }, [`+refs/heads/${task.docsBranch}:refs/docs`], 1).pipe(
    Effect.mapError(unreachable(what, githubUser))
  )
  const at = (path: string) => inProject(task.docsProjectDirectory, path)
  const names = new Map([
    ...Object.entries(taskPaths(taskId)).map(([name, path]) => [at(path), name] as const),
    [at(taskListPath), taskListPath] as const,
    [at(taskStatePath), taskStatePath] as const
  ])
  const listing = yield* git.run({ gitDir }, ["ls-tree", "-z", "refs/docs", "--", ...names.keys()], {
    environment: { GIT_LITERAL_PATHSPECS: "1" }
  })
  const found = listing.split("\0").flatMap((entry) => {
    const [, blob = "", path = ""] = /^100\d{3} blob ([0-9a-f]+)\t(.+)$/s.exec(entry) ?? []
    const name = names.get(path)
    return name === undefined ? [] : [{ blob, name }]
  })
  const blobs = yield* readBlobs(gitDir, found.map(({ blob }) => blob))
  const texts = new Map(found.map(({ blob, name }) => [name, blobs.get(blob) ?? ""]))
  const text = texts.get(taskListPath)
  const list = text === undefined ? undefined : readTaskList(text, texts.get(taskStatePath))
  texts.delete(taskListPath)
  texts.delete(taskStatePath)
  const read = list === undefined ? undefined : Result.getOrUndefined(list)
  const fault = list === undefined || Result.isSuccess(list) ? undefined : list.failure
  for (const note of read?.notes ?? []) yield* Effect.log(`${at(taskListPath)}: ${note}`)
  const chosen = chooseFiles(texts, read, taskId)
  if (chosen !== undefined) {
    if (fault !== undefined) {
      yield* Effect.logWarning(`${at(taskListPath)} cannot be read: ${fault}; the task has its own prompt`)
    }
    return chosen
  }
  const prompt = at(taskPaths(taskId)["prompt.md"])
  return yield* setupFailed(
    fault === undefined
      ? `task ${taskId} is not in ${url} (${task.docsBranch}): neither ${prompt} nor an entry in ${at(taskListPath)}${
        read === undefined ? "" : elsewhere(read, String(taskId))
      }`
      : `task ${taskId} has no ${prompt} in ${url} (${task.docsBranch}), and ${
        at(taskListPath)
      } cannot be read: ${fault}`
  )
}, Effect.scoped)

/** Checks that a DocsRun's project has tasks. */
export const checkTaskList = Effect.fn("TaskFiles.check")(function*(
  options: { readonly workTree: string; readonly project: string; readonly url: string; readonly task: DocsTask }
) {
  const fs = yield* FileSystem.FileSystem
  const path = inProject(options.project, taskListPath)
  const where = `${path} in ${options.url} (${options.task.sourceBranch})`
  const text = yield* fs.readFileString(`${options.workTree}/${path}`).pipe(
    Effect.mapError(() => setupFailed(`there is no ${where}; a DocsRun documents the tasks listed there`))
  )
  const state = yield* fs.readFileString(`${options.workTree}/${inProject(options.project, taskStatePath)}`).pipe(
    Effect.orElseSucceed(() => undefined)
  )
  const read = readTaskList(text, state)
  if (Result.isFailure(read)) return yield* setupFailed(`${where} is not a list of tasks: ${read.failure}`)
  const { notes, others, tag, tasks } = read.success
  for (const note of notes) yield* Effect.log(`${path}: ${note}`)
  if (tasks.length === 0) {
    const left = notes.length === 0 ? "" : `: ${notes.slice(0, 3).join("; ")}`
    return yield* setupFailed(
      `${where} lists no task${others.size === 0 ? "" : ` under the tag ${JSON.stringify(tag)}`}${left}`
    )
  }
  return {
    tasks,
    notes: others.size === 0
      ? []
      : [`The tasks to document are those under the tag ${JSON.stringify(tag)} of ${path}.`]
  }
})
