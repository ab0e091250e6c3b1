/** For how long one is signed in, and the end of it. */
import type { JSX } from "solid-js"
import { keepInTab, kept, signOut } from "../connect/Session.ts"
import { Menu } from "../widgets/Menu.tsx"

const SessionMenu = (): JSX.Element => (
  <div class="session">
    <Menu
      name="Session"
      items={[
        {
          name: kept() ? "Forget me when the page is loaded again" : "Stay signed in until this tab is closed",
          onSelect: () => keepInTab(!kept())
        },
        { name: "Sign out", onSelect: () => void signOut() }
      ]}
    />
  </div>
)

// `lazy` asks for this.
// oxlint-disable-next-line import/no-default-export
export default SessionMenu
