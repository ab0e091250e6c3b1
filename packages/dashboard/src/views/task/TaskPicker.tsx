/** Chooses a task from a project's `tasks.json` that the person has: it is read in the browser, and sent nowhere. */
import { readTaskList } from "@orchestrator/domain/TaskMaster"
import { Result } from "effect"
import { createMemo, createSignal, createUniqueId, For, type JSX, Show } from "solid-js"
import { type ListedTask, listedTasks } from "../../show/task/ListedTasks.ts"
import { Banner } from "../../widgets/Banner.tsx"

interface PickerProps {
  readonly taskId: string
  readonly onTask: (id: string) => void
}

const largestBytes = 20 * 1_048_576

const wordsOf = ({ id, status, title }: ListedTask): string => `${id}: ${title} (${status})`

export const TaskPicker = (props: PickerProps): JSX.Element => {
  const id = createUniqueId()
  const [text, setText] = createSignal<string>()
  const [trouble, setTrouble] = createSignal("")
  const tasks = createMemo(() => {
    const known = text()
    const read = known === undefined ? undefined : readTaskList(known)
    if (read === undefined) return []
    if (Result.isSuccess(read)) return listedTasks(read.success)
    setTrouble(`Expected a tasks.json of Task Master: ${read.failure}`)
    return []
  })
  const read = async (file: File | undefined) => {
    setTrouble("")
    setText(undefined)
    if (file === undefined) return
    if (file.size > largestBytes) return setTrouble("Expected a file of at most 20 MiB")
    setText(await file.text())
  }
  return (
    <div class="task-picker">
      <div class="field">
        <label for={`${id}-file`}>
          Choose from a list<span class="faint">{" (optional)"}</span>
        </label>
        <input
          id={`${id}-file`}
          class="input"
          type="file"
          accept=".json,application/json"
          aria-describedby={`${id}-help`}
          onChange={(event) => void read(event.currentTarget.files?.[0])}
        />
        <p id={`${id}-help`} class="faint field-help">
          <code>.taskmaster/tasks/tasks.json</code>{" "}
          of the project, from your own clone. It is read here, and sent nowhere.
        </p>
      </div>
      <Show when={trouble() !== ""}>
        <Banner tone="bad" role="alert">
          <p>{trouble()}</p>
        </Banner>
      </Show>
      <Show when={tasks().length > 0}>
        <div class="field">
          <label for={`${id}-list`}>Task</label>
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
