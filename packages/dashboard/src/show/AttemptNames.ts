/** What an attempt is called. Pure. */
import { attemptText } from "@orchestrator/domain/Retry"

interface Named {
  readonly contextVersion: number
  readonly retry?: number
}

/** `2-r1`, as the API asks for it. */
export const attemptKey = ({ contextVersion, retry = 0 }: Named): string => attemptText({ contextVersion, retry })

/** `Attempt 2`, `Attempt 2, retry 1`. */
export const attemptTitle = ({ contextVersion, retry = 0 }: Named): string =>
  retry === 0 ? `Attempt ${contextVersion}` : `Attempt ${contextVersion}, retry ${retry}`
