/**
 * The tasks of a project, read at the forge. The token there is the administrator's, so it is asked first whether the GitHub user may push to the
 * repository: what is told is nothing that a run of that user could not read. Every other answer is the same one, whatever is missing.
 */
import { gitAddress } from "@orchestrator/domain/GitHosts"
import { printable } from "@orchestrator/domain/Printable"
import { inProject, readTaskList, taskListPath, taskStatePath } from "@orchestrator/domain/TaskMaster"
import { Duration, Effect, Option, Result } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { secretPermissions } from "../access/Secrets.ts"
import { Requester } from "../contract/Access.ts"
import { Api } from "../contract/Api.ts"
import { TasksNotAvailable, TasksUnavailable } from "../contract/Problem.ts"
import { ForgeApi, type ForgeRepository, type ForgeTrouble } from "../services/ForgeApi.ts"
import { HttpSettings, type HttpSettingsValue } from "../services/HttpSettings.ts"

const longest = { list: 1_000_000, title: 300, tasks: 1000 }
const patience = Duration.seconds(15)

/** `owner/name`, or with what else a forge has before them; undefined of an address that no forge has. */
export const repositoryPath = (url: string): { readonly host: string; readonly path: string } | undefined => {
  const { host, path, port, protocol } = gitAddress(url)
  const parts = path.replace(/^\/+|\/+$|\.git\/*$/g, "").split("/")
  const isName = parts.length >= 2 && parts.length <= 12 &&
    parts.every((part) => /^(?:[\w.~-]|%20){1,255}$/.test(part) && !/^\.+$/.test(part))
  if (host === "" || !["https", "ssh"].includes(protocol) || !isName) return undefined
  return { host: port === undefined || protocol === "ssh" ? host : `${host}:${port}`, path: parts.join("/") }
}

const absent = (repository: string, githubUser: string) =>
  new TasksNotAvailable({
    detail:
      `Expected a Task Master project in ${repository} that ${githubUser} may push to, at a forge that the orchestrator has a token for; `
      + "found none",
    hint: "Name the task by its number, or have an administrator mount a token for the host (docs/guides/events.md)"
  })

const unreadable = (why: string) =>
  new TasksNotAvailable({
    detail: `${taskListPath} cannot be read: ${why}`,
    hint: "Correct the file, or give the task's number"
  })

const troubled = ({ message }: ForgeTrouble) => new TasksUnavailable({ detail: message, hint: "Retry later" })

const slow = () =>
  new TasksUnavailable({ detail: `The forge did not answer within ${Duration.format(patience)}`, hint: "Retry later" })

interface Asked {
  readonly repository: string
  readonly branch: string
  readonly directory?: string
  readonly githubUser: string
}

interface Parts {
  readonly forges: ForgeApi["Service"] | undefined
  readonly settings: HttpSettingsValue
}

const filesOf = Effect.fnUntraced(function*(at: ForgeRepository, { branch, directory = "", githubUser }: Asked) {
  if (!(yield* at.mayWrite(githubUser))) return undefined
  const list = yield* at.file(inProject(directory, taskListPath), branch)
  return list === undefined ? undefined : { list, state: yield* at.file(inProject(directory, taskStatePath), branch) }
})

const tasksOf = Effect.fn("http.tasksOf")(function*({ forges, settings }: Parts, asked: Asked) {
  yield* Effect.flatMap(
    Requester,
    ({ require }) => require(secretPermissions({ githubUser: asked.githubUser }, settings))
  )
  const place = repositoryPath(asked.repository)
  const at = place === undefined ? undefined : yield* (forges?.atHost(place.host, place.path) ?? Effect.undefined)
  const files = at === undefined ? undefined : yield* filesOf(at, asked).pipe(
    Effect.mapError(troubled),
    Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.fail(slow()) })
  )
  if (files === undefined) return yield* absent(asked.repository, asked.githubUser)
  if (files.list.length > longest.list) return yield* unreadable(`it has more than ${longest.list} characters`)
  const read = readTaskList(files.list, files.state)
  if (Result.isFailure(read)) return yield* unreadable(read.failure)
  const { notes, tag, tasks } = read.success
  return {
    tag: printable(tag, { max: longest.title }),
    items: tasks.slice(0, longest.tasks).map(({ dependencies, id, status, subtasks, title = "" }) => ({
      id: printable(id, { max: 64 }),
      title: printable(title, { max: longest.title }),
      status: printable(status, { max: 64 }),
      dependencies: dependencies.slice(0, 100).map((each) => printable(each, { max: 64 })),
      subtasks: subtasks.length
    })),
    notes: notes.slice(0, 20).map((note) => printable(note, { max: longest.title }))
  }
})

export const TasksHandlers = HttpApiBuilder.group(
  Api,
  "tasks",
  Effect.fnUntraced(function*(handlers) {
    const forges = Option.getOrUndefined(yield* Effect.serviceOption(ForgeApi))
    const settings = yield* HttpSettings
    return handlers.handle("list", ({ query }) => tasksOf({ forges, settings }, query))
  })
)
