/** A field of the form: its label, what is said of it, and what is wrong with it, read together. */
import { TextField } from "@kobalte/core/text-field"
import { For, type JSX, Match, Show, Switch } from "solid-js"
import type { Field } from "../../show/task/Field.ts"

interface FieldProps {
  readonly field: Field
  readonly text: string
  readonly error: string | undefined
  /** Id of the list of suggestions. */
  readonly list: string | undefined
  readonly onText: (text: string) => void
  /** It was left: what is wrong may be said now. */
  readonly onLeave: () => void
}

export const fieldId = (path: string): string => `field-${path.replaceAll(".", "-")}`

const isOneLine = ({ control }: Field): boolean => control === "line" || control === "number"

const Flag = (props: FieldProps): JSX.Element => (
  <div class="field">
    <label class="row flag">
      <input
        id={fieldId(props.field.path)}
        type="checkbox"
        checked={props.text === "true"}
        aria-describedby={`${fieldId(props.field.path)}-help`}
        onChange={(event) => props.onText(event.currentTarget.checked ? "true" : "")}
      />
      <span>{props.field.label}</span>
    </label>
    <p id={`${fieldId(props.field.path)}-help`} class="faint field-help">{props.field.help}</p>
    <Show when={props.error}>{(error) => <p class="field-error">{error()}</p>}</Show>
  </div>
)

const Choice = (props: FieldProps): JSX.Element => (
  <div class="field">
    <label for={fieldId(props.field.path)}>
      {props.field.label}
      <span class="faint">{" (optional)"}</span>
    </label>
    <select
      class="input"
      id={fieldId(props.field.path)}
      aria-describedby={`${fieldId(props.field.path)}-help`}
      onChange={(event) => props.onText(event.currentTarget.value)}
    >
      <option value="" selected={props.text === ""}>Default</option>
      <For each={props.field.choices}>
        {(choice) => <option value={choice} selected={props.text === choice}>{choice}</option>}
      </For>
    </select>
    <p id={`${fieldId(props.field.path)}-help`} class="faint field-help">{props.field.help}</p>
    <Show when={props.error}>{(error) => <p class="field-error">{error()}</p>}</Show>
  </div>
)

export const FieldView = (props: FieldProps): JSX.Element => (
  <Switch>
    <Match when={props.field.control === "flag"}>
      <Flag {...props} />
    </Match>
    <Match when={props.field.control === "choice"}>
      <Choice {...props} />
    </Match>
    <Match when={true}>
      <TextField
        class="field"
        value={props.text}
        onChange={props.onText}
        required={props.field.isRequired === true}
        validationState={props.error === undefined ? "valid" : "invalid"}
      >
        <TextField.Label>
          {props.field.label}
          <Show when={props.field.isRequired !== true}>
            <span class="faint">{" (optional)"}</span>
          </Show>
        </TextField.Label>
        <Show
          when={isOneLine(props.field)}
          fallback={
            <TextField.TextArea
              class="input"
              classList={{ mono: props.field.control !== "lines" }}
              id={fieldId(props.field.path)}
              rows={props.field.control === "lines" ? 7 : 3}
              dir={props.field.control === "lines" ? "auto" : "ltr"}
              placeholder={props.field.example}
              spellcheck={props.field.control === "lines"}
              onBlur={() => props.onLeave()}
            />
          }
        >
          <TextField.Input
            class="input"
            id={fieldId(props.field.path)}
            dir="auto"
            inputmode={props.field.control === "number" ? "decimal" : undefined}
            list={props.list}
            placeholder={props.field.example}
            autocomplete="off"
            spellcheck={false}
            onBlur={() => props.onLeave()}
          />
        </Show>
        <TextField.Description class="faint field-help">{props.field.help}</TextField.Description>
        <TextField.ErrorMessage class="field-error">{props.error}</TextField.ErrorMessage>
      </TextField>
    </Match>
  </Switch>
)
