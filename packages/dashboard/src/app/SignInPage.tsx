/** Before anybody has signed in. The address stays what it is, and is where one comes to. */
import { type JSX, onMount } from "solid-js"
import type { Arrived } from "../connect/Arrive.ts"
import { SignIn } from "./SignIn.tsx"

const SignInPage = (props: Arrived): JSX.Element => {
  onMount(() => {
    document.title = "Sign in · Orchestrator"
  })
  return (
    <main class="sign-in-page">
      <div class="card stack">
        <h1>Sign in to Orchestrator</h1>
        <SignIn ways={props.ways} trouble={props.trouble} />
      </div>
    </main>
  )
}

// `lazy` asks for this.
// oxlint-disable-next-line import/no-default-export
export default SignInPage
