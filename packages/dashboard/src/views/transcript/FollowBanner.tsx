/** How the connection to an attempt is, and why there is nothing, where there is nothing. */
import { type JSX, Match, Show, Switch } from "solid-js"
import { onSignedIn } from "../../connect/SignedIn.ts"
import { told } from "../../show/Words.ts"
import type { FollowState } from "../../store/Following.ts"
import { Banner } from "../../widgets/Banner.tsx"
import { Empty } from "../../widgets/Empty.tsx"
import { Loading } from "../../widgets/Loading.tsx"

interface FollowBannerProps {
  readonly state: FollowState
  readonly isEmpty: boolean
  /** `conversation`, `log`. */
  readonly what: string
  readonly whereElse: string
  /** Also where a failed one is made again by itself: when somebody has signed in. */
  readonly onAgain: () => void
}

export const FollowBanner = (props: FollowBannerProps): JSX.Element => {
  const as = <State extends FollowState["state"]>(state: State) =>
    props.state.state === state ? props.state as Extract<FollowState, { readonly state: State }> : undefined
  onSignedIn(() => props.state.state === "failed" && props.onAgain())
  return (
    <Switch>
      <Match when={as("reconnecting")}>
        {(state) => (
          <Banner tone="warn" role="status">
            <p>
              {props.isEmpty ? `There is no ${props.what} yet` : `The ${props.what} is interrupted`}:{" "}
              {state().message}. It goes on by itself, and nothing is lost.
            </p>
          </Banner>
        )}
      </Match>
      <Match when={as("failed")}>
        {(state) => (
          <Show
            when={props.isEmpty}
            fallback={
              <Banner tone="bad" role="alert">
                <p>What came after this is not there: {told(state().error).what}</p>
                <Show when={told(state().error).next}>{(next) => <p>{next()}</p>}</Show>
                <button class="button" type="button" onClick={props.onAgain}>Read it again</button>
              </Banner>
            }
          >
            <Empty title={`There is no ${props.what} of this attempt`}>
              <p>{told(state().error).what}.</p>
              <Show when={told(state().error).next}>{(next) => <p>{next()}.</p>}</Show>
              <p>{props.whereElse}</p>
              <button class="button" type="button" onClick={props.onAgain}>Try again</button>
            </Empty>
          </Show>
        )}
      </Match>
      <Match when={props.isEmpty && as("ended")}>
        <Empty title={`The ${props.what} is empty`}>
          <p>The attempt ended before anything was said. {props.whereElse}</p>
        </Empty>
      </Match>
      <Match when={props.isEmpty && as("live")}>
        <p class="faint" role="status">Nothing has been said yet: it appears here as it comes.</p>
      </Match>
      <Match when={props.isEmpty && as("connecting")}>
        <Loading />
      </Match>
    </Switch>
  )
}
