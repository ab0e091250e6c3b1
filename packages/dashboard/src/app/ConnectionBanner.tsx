/** Says when what is on the page is older than now, and why; gone by itself when it is not. Its place is over the page: nothing moves. */
import { type JSX, Match, Switch } from "solid-js"
import { useLiveRuns } from "../store/LiveRuns.ts"
import { Banner } from "../widgets/Banner.tsx"
import { Failed } from "../widgets/Failed.tsx"

export const ConnectionBanner = (): JSX.Element => {
  const { again, connection } = useLiveRuns()
  const refused = () => {
    const now = connection()
    return now.state === "refused" ? now : undefined
  }
  return (
    <div aria-live="polite" role="status">
      <Switch>
        <Match when={connection().state === "reconnecting"}>
          <Banner tone="warn">
            The connection to the server broke; trying again. What you see is from before, and nothing is lost.
          </Banner>
        </Match>
        <Match when={refused()}>
          {(now) => <Failed error={now().error} again={again} />}
        </Match>
      </Switch>
    </div>
  )
}
