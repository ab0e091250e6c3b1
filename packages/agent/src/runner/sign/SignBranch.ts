/**
 * Before a push: whatever the run put on its branch that the remote does not have and that is not signed, is signed, and with it what is built on
 * it. Commits of others that they signed stay.
 */
import { Effect } from "effect"
import { Git, GitError } from "../../git/Git.ts"
import { identityOf } from "../../git/GitSettings.ts"
import { Handover } from "../handover/Handover.ts"
import { RunnerConfig } from "../services/RunnerConfig.ts"
import type { Repository } from "../workspace/Clone.ts"
import { parentsOf, parseCommit, recommitted, staysAsItIs, withSignature } from "./CommitText.ts"

/** Nothing where the installation signs nothing. */
export const signBranch = Effect.fn("SignBranch.sign")(function*(repository: Repository, branch: string) {
  const { signer } = yield* Handover
  if (signer === undefined) return
  const git = yield* Git
  const { githubUser } = yield* RunnerConfig
  const user = identityOf(githubUser)
  const ref = `refs/heads/${branch}`
  const listing = yield* git.run(repository, [
    "rev-list",
    "--topo-order",
    "--reverse",
    ref,
    "--not",
    "--remotes=origin"
  ])
  const ids = listing.split("\n").filter((id) => id !== "")
  const renamed = new Map<string, string>()
  for (const id of ids) {
    const { bytes, exitCode, stderr } = yield* git.ask(repository, ["cat-file", "commit", id])
    if (exitCode !== 0) return yield* new GitError({ operation: "cat-file", exitCode, words: stderr })
    const commit = parseCommit(bytes)
    const moved = parentsOf(commit).some((parent) => renamed.has(parent))
    if (!moved && staysAsItIs(commit, signer.publicKey, user)) continue
    const payload = recommitted(commit, renamed, user)
    const signed = withSignature(payload, yield* signer.sign(payload), id.length)
    const made = yield* git.run(repository, ["hash-object", "-t", "commit", "-w", "--stdin"], { input: signed })
    renamed.set(id, made.trim())
  }
  const before = ids.at(-1)
  const head = before === undefined ? undefined : renamed.get(before)
  if (before === undefined || head === undefined) return
  yield* git.run(repository, ["update-ref", "-m", "signed", ref, head, before])
  yield* Effect.log(`signed ${renamed.size} ${renamed.size === 1 ? "commit" : "commits"} of ${branch}`)
})
