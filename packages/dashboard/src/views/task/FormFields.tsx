/** The fields of a form in their groups; a folded group opens where it has something to say. */
import { For, type JSX, Show } from "solid-js"
import type { Suggestions } from "../../show/task/Field.ts"
import { type Draft, type FieldGroup, isOf, type TaskForm } from "../../show/task/TaskForm.ts"
import { FieldView } from "./FieldView.tsx"

interface FieldsProps {
  readonly form: TaskForm
  readonly draft: Draft
  readonly errors: ReadonlyMap<string, string>
  readonly suggestions: Readonly<Partial<Record<Suggestions, ReadonlyArray<string>>>>
  readonly onText: (path: string, text: string) => void
  readonly onWay: (way: string) => void
  readonly onLeave: (path: string) => void
  /** Shown below the fields of the first group. */
  readonly children?: JSX.Element
}

const listId = (name: Suggestions): string => `suggested-${name}`

const Ways = (props: FieldsProps): JSX.Element => (
  <Show when={props.form.ways.length > 1}>
    <fieldset class="ways">
      <legend>How to say it</legend>
      <For each={props.form.ways}>
        {({ label, name }) => (
          <label class="row">
            <input
              type="radio"
              name="way"
              value={name}
              checked={props.draft.way === name}
              onChange={() => props.onWay(name)}
            />
            {label}
          </label>
        )}
      </For>
    </fieldset>
  </Show>
)

const GroupFields = (props: FieldsProps & { readonly group: FieldGroup }): JSX.Element => (
  <div class="group-fields">
    <For each={props.group.fields.filter((field) => isOf(field, props.draft.way))}>
      {(field) => (
        <FieldView
          field={field}
          text={props.draft.texts[field.path] ?? ""}
          error={props.errors.get(field.path)}
          list={field.suggestions === undefined ? undefined : listId(field.suggestions)}
          onText={(text) => props.onText(field.path, text)}
          onLeave={() => props.onLeave(field.path)}
        />
      )}
    </For>
  </div>
)

const isTelling = ({ draft, errors }: FieldsProps, { fields }: FieldGroup): boolean =>
  fields.some(({ path }) => errors.has(path) || (draft.texts[path] ?? "") !== "")

export const FormFields = (props: FieldsProps): JSX.Element => (
  <>
    <For each={Object.keys(props.suggestions) as ReadonlyArray<Suggestions>}>
      {(name) => (
        <datalist id={listId(name)}>
          <For each={props.suggestions[name]}>{(text) => <option value={text} />}</For>
        </datalist>
      )}
    </For>
    <For each={props.form.groups}>
      {(group, index) => (
        <Show
          when={group.isFolded}
          fallback={
            <section class="card group" aria-label={group.title}>
              <h2>{group.title}</h2>
              <Show when={index() === 0}>
                <Ways {...props} />
              </Show>
              <GroupFields {...props} group={group} />
              <Show when={index() === 0}>{props.children}</Show>
            </section>
          }
        >
          <details class="card group" open={isTelling(props, group)}>
            <summary>
              <h2>{group.title}</h2>
            </summary>
            <GroupFields {...props} group={group} />
          </details>
        </Show>
      )}
    </For>
  </>
)
