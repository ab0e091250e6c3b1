/** The ways to sign in that the server knows: its provider, the link of a local product, or a token. */
import { createResource, createSignal, type JSX, Show } from "solid-js"
import { acceptedToken } from "../connect/AcceptedToken.ts"
import { type Arrived, publicApi } from "../connect/Arrive.ts"
import type { Provider } from "../connect/Provider.ts"
import { signedIn } from "../connect/Session.ts"
import { Failed } from "../widgets/Failed.tsx"
import "./SignIn.css"

const hostOf = ({ issuer }: Provider): string => new URL(issuer).host

/** Asks the server for its ways where nobody has yet. */
export const SignIn = (props: Partial<Arrived>): JSX.Element => {
  const [ways] = createResource(() => props.ways ?? publicApi().ways())
  const [trouble, setTrouble] = createSignal(props.trouble)
  const [busy, setBusy] = createSignal(false)
  const [keep, setKeep] = createSignal(false)
  const [typed, setTyped] = createSignal("")

  const attempt = async (way: () => Promise<void>) => {
    setTrouble(undefined)
    setBusy(true)
    await way().catch(setTrouble)
    setBusy(false)
  }
  const withToken = (event: SubmitEvent) => {
    event.preventDefault()
    const token = typed().trim().replace(/^(authorization:\s*)?bearer\s+/i, "")
    void attempt(async () => signedIn(await acceptedToken(token), keep()))
  }
  const withProvider = (provider: Provider) =>
    void attempt(async () => {
      const { goToProvider } = await import("../connect/Provider.ts")
      const { hash, pathname, search } = window.location
      await goToProvider(provider, { returnTo: `${pathname}${search}${hash}`, keep: keep() })
    })

  return (
    <div class="sign-in stack">
      <Show when={trouble()}>{(error) => <Failed error={error()} />}</Show>
      <Show when={ways.error === undefined} fallback={<Failed error={ways.error} />}>
        <Show when={ways.latest?.provider}>
          {(provider) => (
            <div>
              <button class="button primary" type="button" disabled={busy()} onClick={() => withProvider(provider())}>
                Sign in with {hostOf(provider())}
              </button>
            </div>
          )}
        </Show>
        <Show when={ways.latest?.links}>
          <p>
            Press <kbd>o</kbd> in the terminal of <code>orchestrator dev</code>: it opens this page signed in.
          </p>
        </Show>
        <form class="stack" onSubmit={withToken}>
          <label class="field">
            Bearer token
            <input
              class="input mono"
              type="password"
              autocomplete="off"
              spellcheck={false}
              required
              value={typed()}
              onInput={({ currentTarget }) => setTyped(currentTarget.value)}
            />
          </label>
          <p class="faint">{ways.latest?.tokenHint}</p>
          <label class="row">
            <input type="checkbox" checked={keep()} onChange={({ currentTarget }) => setKeep(currentTarget.checked)} />
            Stay signed in until this tab is closed
          </label>
          <div>
            <button class="button" classList={{ primary: ways.latest?.provider === undefined }} disabled={busy()}>
              Sign in
            </button>
          </div>
        </form>
      </Show>
    </div>
  )
}
