/** Parts of a view, one at a time. */
import { Tabs as Primitive } from "@kobalte/core/tabs"
import { For, type JSX } from "solid-js"
import "./Tabs.css"

export interface Tab {
  readonly value: string
  readonly name: string
  /** Made when it is shown. */
  readonly content: () => JSX.Element
}

interface TabsProps {
  readonly label: string
  readonly tabs: ReadonlyArray<Tab>
  readonly value: string
  readonly onChange: (value: string) => void
}

export const Tabs = (props: TabsProps): JSX.Element => (
  <Primitive value={props.value} onChange={props.onChange} activationMode="manual">
    <Primitive.List class="tabs" aria-label={props.label}>
      <For each={props.tabs}>
        {(tab) => <Primitive.Trigger class="tab" value={tab.value}>{tab.name}</Primitive.Trigger>}
      </For>
    </Primitive.List>
    <For each={props.tabs}>
      {(tab) => <Primitive.Content class="tab-content" value={tab.value}>{tab.content()}</Primitive.Content>}
    </For>
  </Primitive>
)
