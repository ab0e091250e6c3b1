/** One of a few: Kobalte's select, with the list of the menu. */
import { Select as Primitive } from "@kobalte/core/select"
import { type JSX, Show } from "solid-js"
import "./Menu.css"
import "./Select.css"

export interface Choice {
  readonly value: string
  readonly name: string
}

interface SelectProps {
  readonly label: string
  /** Whether the label is heard only. */
  readonly quiet?: boolean
  readonly choices: ReadonlyArray<Choice>
  readonly value: string
  readonly onChange: (value: string) => void
}

export const Select = (props: SelectProps): JSX.Element => {
  const chosen = () => props.choices.find(({ value }) => value === props.value) ?? null
  return (
    <Primitive<Choice>
      class="field"
      options={[...props.choices]}
      optionValue="value"
      optionTextValue="name"
      value={chosen()}
      onChange={(choice) => choice !== null && choice.value !== props.value && props.onChange(choice.value)}
      gutter={4}
      sameWidth={false}
      itemComponent={(item) => (
        <Primitive.Item class="menu-item" item={item.item}>
          <Primitive.ItemLabel>{item.item.rawValue.name}</Primitive.ItemLabel>
          <Primitive.ItemIndicator aria-hidden="true">✓</Primitive.ItemIndicator>
        </Primitive.Item>
      )}
    >
      <Primitive.Label class={props.quiet === true ? "only-heard" : ""}>{props.label}</Primitive.Label>
      <Primitive.Trigger class="input select">
        <Primitive.Value<Choice>>
          {(state) => <Show when={state.selectedOption()} fallback="—">{(choice) => choice().name}</Show>}
        </Primitive.Value>
        <span aria-hidden="true">▾</span>
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content class="menu">
          <Primitive.Listbox />
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive>
  )
}
