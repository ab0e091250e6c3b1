/**
 * Whether a run may push at all, asked before its agent starts: receive-pack says so before anything is sent to it. Only a remote's own no
 * counts; what a network or a busy host says may be otherwise once there is something to push.
 */
import { isTransient } from "../../git/UpstreamWords.ts"

const refuses =
  /returned error: 40[134]|could not read (?:username|password)|authentication failed|permission to \S+ denied|permission denied|write access to repository not granted|not allowed to push|access denied|marked as read.only|read-only|archived|not found|does not appear to be a git repository/i

const passes = /rate limit|too many requests|abuse|maintenance|temporar|try again/i

/** The repository's own name is none of the remote's words. */
const withoutNames = (words: string): string =>
  words.replace(/[a-z]+:\/\/[^\s']+|[\w.-]+@[^\s':]+:[^\s']+/giu, "REPOSITORY")
    .replace(/permission to \S+ denied/giu, "permission denied")

/** By what git says of a push that is only tried; the repository was read just before. */
export const refusesWrites = (said: string): boolean => {
  const words = withoutNames(said)
  return refuses.test(words) && !passes.test(words) && !isTransient(words)
}
