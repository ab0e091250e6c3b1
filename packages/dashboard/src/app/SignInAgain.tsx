/** Over a view whose session has ended: what is there, and what was typed, stays. */
import type { JSX } from "solid-js"
import { signOut } from "../connect/Session.ts"
import { Dialog } from "../widgets/Dialog.tsx"
import { SignIn } from "./SignIn.tsx"

const SignInAgain = (): JSX.Element => (
  <Dialog
    onClose={() => {}}
    title="Your session has ended"
    description="Sign in again to go on where you are; nothing on the page is lost."
    actions={<button class="button plain" type="button" onClick={() => void signOut()}>Leave this page</button>}
  >
    <SignIn />
  </Dialog>
)

// `lazy` asks for this.
// oxlint-disable-next-line import/no-default-export
export default SignInAgain
