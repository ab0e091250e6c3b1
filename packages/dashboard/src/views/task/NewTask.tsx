/** Hands a task over: what to do, where, as whom; and beside it, what would come of it. */
import type { ProjectPlace } from "@orchestrator/client/promises/Orchestrator"
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import { useLocation, useNavigate } from "@solidjs/router"
import { createEffect, createMemo, createSignal, For, type JSX, on, Show } from "solid-js"
import { useApi } from "../../connect/Api.ts"
import { runsOf } from "../../connect/kinds/RunsOf.ts"
import { tabStore } from "../../connect/TabStore.ts"
import { taskForms } from "../../kinds/TaskForms.ts"
import { runAt, runPlace } from "../../show/Places.ts"
import { type Fault, fieldErrors } from "../../show/task/FieldErrors.ts"
import { draftOfAddress, keptDraft, readKept } from "../../show/task/KeptDraft.ts"
import { keptSubmission, readSubmission, submissionOf } from "../../show/task/Submission.ts"
import {
  type Draft,
  draftOf,
  emptyDraft,
  fieldsOf,
  isOf,
  requestOf,
  type TaskForm,
  unfilled
} from "../../show/task/TaskForm.ts"
import { createAsked } from "../../store/Asked.ts"
import { createSettled } from "../../store/Settled.ts"
import { Banner } from "../../widgets/Banner.tsx"
import { Failed } from "../../widgets/Failed.tsx"
import { View } from "../../widgets/View.tsx"
import { fieldId } from "./FieldView.tsx"
import { FormFields } from "./FormFields.tsx"
import "./NewTask.css"
import { PlanPane } from "./PlanPane.tsx"
import { createSuggestions } from "./Suggestions.ts"
import { TaskPicker } from "./TaskPicker.tsx"

const [usual] = taskForms
const lastKey = "last-submission"

const formOf = (kind: KindName): TaskForm => taskForms.find((form) => form.kind === kind) ?? usual

/** What a failure says of fields. */
const faultsOf = (error: unknown): ReadonlyArray<Fault> =>
  error instanceof Error && "errors" in error && Array.isArray(error.errors) ? error.errors : []

/** Where the project's tasks are; undefined while that is not written. */
const projectOf = ({ texts }: Draft): ProjectPlace | undefined => {
  const text = (path: string) => (texts[path] ?? "").trim()
  const [repository, githubUser, directory] = [
    text("docsRepositoryUrl"),
    text("githubUser"),
    text("docsProjectDirectory")
  ]
  if (repository === "" || githubUser === "") return undefined
  return {
    repository,
    githubUser,
    branch: text("docsBranch") === "" ? "main" : text("docsBranch"),
    ...(directory === "" ? {} : { directory })
  }
}

/** Not a secret, and never twice the same. */
const freshKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("")

const NewTask = (): JSX.Element => {
  const api = useApi()
  const location = useLocation()
  const navigate = useNavigate()
  const suggestions = createSuggestions()
  const query = new URLSearchParams(location.search)
  const draftKey = `draft${location.search}`
  const [pathOf = "", nameOf] = (query.get("from") ?? "").split("/")
  const source = runAt({ kind: pathOf, name: nameOf })

  const kept = readKept(taskForms, tabStore.read(draftKey))
  const [draft, setDraft] = createSignal<Draft>(kept ?? draftOfAddress(taskForms, query) ?? emptyDraft(usual))
  const [left, setLeft] = createSignal<ReadonlySet<string>>(new Set())
  const [wasTried, setTried] = createSignal(false)
  const [isBusy, setBusy] = createSignal(false)
  const [refused, setRefused] = createSignal<{ readonly error: unknown; readonly of: Draft }>()

  const form = createMemo(() => formOf(draft().kind))
  const write = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }))
  const writeText = (path: string, text: string) => write({ texts: { ...draft().texts, [path]: text } })
  createEffect(on(draft, (it) => tabStore.keep(draftKey, keptDraft(formOf(it.kind), it)), { defer: true }))

  // A run to do again is read once; what somebody has written since is not overwritten.
  const again = createAsked(
    () => source === undefined || kept !== undefined ? undefined : source,
    ({ kind, name }, signal) => runsOf(api, kind).get(name, { signal })
  )
  createEffect(() => {
    const run = again.value()
    if (run !== undefined) setDraft(draftOf(formOf(run.kind), run.spec ?? {}))
  })

  const open = createMemo(() => unfilled(form(), draft()))
  const settled = createSettled(draft, "400 millis")
  const planned = createMemo(
    () => unfilled(formOf(settled().kind), settled()).length > 0 ? undefined : settled()
  )
  const plan = createAsked(
    planned,
    (it, signal) => runsOf(api, it.kind).plan(requestOf(formOf(it.kind), it), { signal })
  )

  const errors = createMemo(() => {
    const last = refused()
    const faults = last !== undefined && last.of === draft() ? faultsOf(last.error) : faultsOf(plan.error())
    const missing = open().map(({ path }): Fault => ({ path, expected: "a value", found: "nothing" }))
    return fieldErrors(form(), draft(), [
      ...missing,
      ...faults.filter(({ path }) => !missing.some((one) => path === `spec.${one.path}`))
    ])
  })
  /** Nobody types, and what is there was looked at. */
  const isJudged = (path: string) => settled() === draft() && (draft().texts[path] ?? "") !== ""
  /** What is wrong is said when a field was left, or when somebody has tried to submit. */
  const told = createMemo(() =>
    wasTried()
      ? errors().byField
      : new Map([...errors().byField].filter(([path]) => left().has(path) || isJudged(path)))
  )
  const focusFirst = () => {
    const first = fieldsOf(form()).find(({ path }) => errors().byField.has(path))
    if (first !== undefined) {
      queueMicrotask(() => document.querySelector<HTMLElement>(`#${fieldId(first.path)}`)?.focus())
    }
  }

  const submit = async () => {
    if (isBusy()) return
    setTried(true)
    if (open().length > 0) return focusFirst()
    const it = draft()
    const request = requestOf(form(), it)
    const submission = submissionOf(readSubmission(tabStore.read(lastKey)), it.kind, request, freshKey())
    tabStore.keep(lastKey, keptSubmission(submission))
    setBusy(true)
    setRefused(undefined)
    try {
      const run = await runsOf(api, it.kind).submit(request, { idempotencyKey: submission.key })
      tabStore.drop(draftKey)
      tabStore.drop(lastKey)
      navigate(runPlace(run))
    } catch (error) {
      setRefused({ error, of: it })
      setBusy(false)
      focusFirst()
    }
  }
  const clear = () => {
    setDraft(emptyDraft(form()))
    setLeft(new Set<string>())
    setTried(false)
    setRefused(undefined)
    tabStore.drop(draftKey)
  }

  return (
    <View title="New task">
      <Show when={again.error()}>{(error) => <Failed error={error()} again={again.again} />}</Show>
      <Show when={source}>
        {(run) => (
          <p class="faint">
            With what <bdi class="mono">{run().name}</bdi> was asked for.
          </p>
        )}
      </Show>
      <div class="task-columns">
        <form
          class="task-form"
          aria-label="New task"
          novalidate
          onSubmit={(event) => {
            event.preventDefault()
            void submit()
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return
            event.preventDefault()
            void submit()
          }}
        >
          <section class="card">
            <fieldset class="ways">
              <legend>Kind of task</legend>
              <For each={taskForms}>
                {({ description, kind, title }) => (
                  <label class="row">
                    <input
                      type="radio"
                      name="kind"
                      value={kind}
                      checked={draft().kind === kind}
                      onChange={() => write({ kind, way: formOf(kind).ways[0]?.name ?? "" })}
                    />
                    <span>
                      <strong>{title}</strong> <span class="faint">{description}</span>
                    </span>
                  </label>
                )}
              </For>
            </fieldset>
          </section>
          <FormFields
            form={form()}
            draft={draft()}
            errors={told()}
            suggestions={suggestions(form().kind)}
            onText={writeText}
            onWay={(way) => write({ way })}
            onLeave={(path) => setLeft((before) => new Set([...before, path]))}
          >
            <Show when={fieldsOf(form()).some((field) => field.path === "taskId" && isOf(field, draft().way))}>
              <TaskPicker
                place={projectOf(draft())}
                taskId={draft().texts["taskId"] ?? ""}
                onTask={(id) => writeText("taskId", id)}
              />
            </Show>
          </FormFields>
          <Show when={refused()}>
            {(last) => (
              <Show
                when={faultsOf(last().error).length === 0 || errors().others.length > 0}
                fallback={
                  <Banner tone="bad" role="alert">
                    <p>Something is to be corrected: see the fields that say so.</p>
                  </Banner>
                }
              >
                <Failed error={last().error} />
              </Show>
            )}
          </Show>
          <div class="row submit-row">
            <button class="button primary" type="submit" aria-disabled={isBusy()}>
              {isBusy() ? "Handing over…" : "Hand over"}
            </button>
            <button class="button" type="button" onClick={clear}>Start over</button>
            <span class="faint">
              <kbd>Ctrl</kbd> <kbd>Enter</kbd> hands over. The draft stays in this tab, without values of variables.
            </span>
          </div>
        </form>
        <PlanPane
          plan={plan.error() === undefined ? plan.value() : undefined}
          isPending={plan.isPending()}
          waitsFor={open().length === 0 ? undefined : open().map(({ label }) => label).join(", ")}
          problem={
            <Show when={plan.error()}>
              {(error) => (
                <Show
                  when={faultsOf(error()).length === 0 || errors().others.length > 0}
                  fallback={
                    <p>
                      Something is to be corrected first:{" "}
                      {[...errors().byField].map(([path, words]) =>
                        `${fieldsOf(form()).find((field) => field.path === path)?.label ?? path}: ${words}`
                      ).join(" ")}
                    </p>
                  }
                >
                  <Failed error={error()} again={plan.again} />
                </Show>
              )}
            </Show>
          }
        />
      </div>
    </View>
  )
}

// The router loads views by their default export.
export default NewTask
