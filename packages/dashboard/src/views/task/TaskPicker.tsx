/** Chooses a task of a Task Master project: from its repository, or from a `tasks.json` that the person has, which is sent nowhere. */
import type { ProjectPlace } from "@orchestrator/client/promises/Orchestrator"
import { readTaskList } from "@orchestrator/domain/TaskMaster"
import { Result } from "effect"
import { createEffect, createSignal, createUniqueId, For, type JSX, on, Show } from "solid-js"
import { useApi } from "../../connect/Api.ts"
import { type ListedTask, listedTasks } from "../../show/task/ListedTasks.ts"
import { visibleText } from "../../show/VisibleText.ts"
import { createAsked } from "../../store/Asked.ts"
import { Banner } from "../../widgets/Banner.tsx"
import { Failed } from "../../widgets/Failed.tsx"

interface PickerProps {
  /** Undefined: it is not known yet where the project is, or whose run it will be. */
  readonly place: ProjectPlace | undefined
  readonly taskId: string
  readonly onTask: (id: string) => void
}

const largestBytes = 20 * 1_048_576

const wordsOf = ({ id, status, title }: ListedTask): string => visibleText(`${id}: ${title} (${status})`)

export const TaskPicker = (props: PickerProps): JSX.Element => {
  const api = useApi()
  const id = createUniqueId()
  const [place, setPlace] = createSignal<ProjectPlace>()
  const [tasks, setTasks] = createSignal<ReadonlyArray<ListedTask>>([])
  const [said, setSaid] = createSignal("")
  const [trouble, setTrouble] = createSignal("")
  const asked = createAsked(place, (where, signal) => api.tasks(where, { signal }))
  const show = (found: ReadonlyArray<ListedTask>) => {
    setTasks(found)
    setSaid(found.length === 0 ? "There are no tasks in it." : `${found.length} tasks, those to be done first.`)
  }
  createEffect(on(asked.value, (answer) => answer !== undefined && show(listedTasks(answer.items))))

  const readFile = async (file: File | undefined) => {
    setTrouble("")
    if (file === undefined) return
    if (file.size > largestBytes) return setTrouble("Expected a file of at most 20 MiB")
    const read = readTaskList(await file.text())
    if (Result.isSuccess(read)) show(listedTasks(read.success.tasks))
    else setTrouble(`Expected a tasks.json of Task Master: ${read.failure}`)
  }

  return (
    <div class="task-picker">
      <div class="row">
        <button
          class="button"
          type="button"
          aria-disabled={props.place === undefined || asked.isPending()}
          aria-describedby={`${id}-help`}
          onClick={() => {
            if (props.place !== undefined) setPlace({ ...props.place })
          }}
        >
          {asked.isPending() ? "Reading…" : "List the project's tasks"}
        </button>
        <span id={`${id}-help`} class="faint field-help">
          {props.place === undefined
            ? "Write the documentation repository and the GitHub user first."
            : "Read at the forge, with the token that the administrator gave."}
        </span>
      </div>
      <Show when={asked.error()}>{(error) => <Failed error={error()} />}</Show>
      <details>
        <summary>Or from a file of yours</summary>
        <div class="field">
          <label for={`${id}-file`}>File tasks.json</label>
          <input
            id={`${id}-file`}
            class="input"
            type="file"
            accept=".json,application/json"
            aria-describedby={`${id}-file-help`}
            onChange={(event) => void readFile(event.currentTarget.files?.[0])}
          />
          <p id={`${id}-file-help`} class="faint field-help">
            <code>.taskmaster/tasks/tasks.json</code>
            {" of the project. It is read here, and sent nowhere."}
          </p>
        </div>
      </details>
      <Show when={trouble() !== ""}>
        <Banner tone="bad" role="alert">
          <p>{trouble()}</p>
        </Banner>
      </Show>
      <p role="status" class="faint">{said()}</p>
      <Show when={tasks().length > 0}>
        <div class="field">
          <label for={`${id}-list`}>Tasks of the project</label>
          <select
            id={`${id}-list`}
            class="input task-list"
            size={Math.min(10, Math.max(3, tasks().length))}
            onChange={(event) => props.onTask(event.currentTarget.value)}
          >
            <For each={tasks()}>
              {(task) => <option value={task.id} selected={task.id === props.taskId}>{wordsOf(task)}</option>}
            </For>
          </select>
        </div>
      </Show>
    </div>
  )
}
