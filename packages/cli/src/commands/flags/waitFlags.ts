/** Flags of the commands that can wait for a run's end. */
import { Duration, Option } from "effect"
import { Flag } from "effect/cli"

/** `90`, `90s`, `30m`, `2h`, `1h30m`; seconds without a unit. */
export const parseDuration = (text: string): Option.Option<Duration.Duration> => {
  if (/^\d+$/.test(text)) return Option.some(Duration.seconds(Number(text)))
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text)
  if (match === null || text === "") return Option.none()
  const [, hours = "0", minutes = "0", seconds = "0"] = match
  return Option.some(Duration.seconds(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)))
}

export const durationFlag = (name: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar("DURATION"),
    Flag.filterMap(parseDuration, (text) =>
      `Expected a duration such as 90s, 30m or 1h30m, found ${JSON.stringify(text)}`)
  )

export const waitFlags = {
  wait: Flag.Boolean("wait").pipe(
    Flag.withDescription(
      "Wait for the end. Exit code: 0 delivered, 3 nothing to change, 4 failed, 5 cancelled, 124 timeout"
    ),
    Flag.withDefault(false)
  ),
  follow: Flag.Boolean("follow").pipe(
    Flag.withDescription("Wait, and show what the agent prints"),
    Flag.withDefault(false)
  ),
  timeout: durationFlag("timeout").pipe(
    Flag.withDescription("Wait no longer than this, such as 30m; the run goes on"),
    Flag.optional
  )
}
