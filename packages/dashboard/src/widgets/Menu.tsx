/** A button that opens a list of what can be done. */
import { DropdownMenu } from "@kobalte/core/dropdown-menu"
import { For, type JSX } from "solid-js"
import "./Menu.css"

interface MenuItem {
  readonly name: string
  readonly onSelect: () => void
}

export const Menu = (props: { readonly name: JSX.Element; readonly items: ReadonlyArray<MenuItem> }): JSX.Element => (
  <DropdownMenu gutter={4}>
    <DropdownMenu.Trigger class="button">{props.name}</DropdownMenu.Trigger>
    <DropdownMenu.Portal>
      <DropdownMenu.Content class="menu">
        <For each={props.items}>
          {(item) => (
            <DropdownMenu.Item class="menu-item" onSelect={item.onSelect}>
              {item.name}
            </DropdownMenu.Item>
          )}
        </For>
      </DropdownMenu.Content>
    </DropdownMenu.Portal>
  </DropdownMenu>
)
