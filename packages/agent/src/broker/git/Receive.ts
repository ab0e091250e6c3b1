/**
 * Takes a push: its objects are put beside the broker's repository, looked at, and pushed on. They become part of the repository when
 * upstream has them, and are thrown away otherwise; the agent's repository is never read, and nothing of it is run.
 */
import { printable } from "@orchestrator/domain/Printable"
import { Effect, FileSystem, Stream } from "effect"
import { type GitAnswer, lastWords } from "../../git/Git.ts"
import { isTransient, refusal, unanswered } from "../../git/UpstreamWords.ts"
import type { Redact } from "../../pod/Redact.ts"
import { type BrokerGit, retrySchedule } from "./BrokerGit.ts"
import type { PushCommand } from "./PushCommands.ts"
import { historyRefusal } from "./PushRules.ts"
import { explained, withAdvice } from "./RemoteWords.ts"
import {
  addSizes,
  countRefusal,
  sizeRefusal,
  type Sizes,
  unpackFailure,
  unpackLimits,
  unpackSettings
} from "./Unpacked.ts"

export interface Receiving {
  /** The bare repository, and what git needs to reach upstream from it. */
  readonly gitDir: string
  readonly environment: Readonly<Record<string, string>>
  /** Address to push to. */
  readonly upstream: string
  readonly maxBytes: number
  readonly maxUnpackedBytes: number
  readonly branch: string
  readonly ownHead: string | undefined
  readonly floor: string | undefined
  readonly command: PushCommand
  /** File with the body of git's request, and where in it the pack begins. */
  readonly body: string
  readonly packAt: number
  /** Of these objects, those that no branch leads to. */
  readonly strangers: (ids: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<string>>
  /** What happens just before upstream is asked: its answer may be lost. `over` is the head that it replaces. */
  readonly offering: (over: string | undefined) => Effect.Effect<void>
}

export interface Received {
  /** Upstream's head of the branch now; undefined where it was refused. */
  readonly pushed: string | undefined
  /** Why it was refused, in one sentence. */
  readonly refused: string | undefined
  /** What upstream said. */
  readonly words: string
}

const refused = (sentence: string, words = ""): Received => ({ pushed: undefined, refused: sentence, words })

/** What upstream's people want to tell the pusher. */
const remoteLines = (stderr: string): string =>
  stderr.split(/[\r\n]+/).filter((line) => line.startsWith("remote:")).map((line) => printable(line.slice(7))).join(
    "\n"
  )

const settingWords = unpackSettings.flatMap(([key, value]) => ["-c", `${key}=${value}`])
const nothing: Sizes = { bytes: 0, largestRecord: 0 }

/** Upstream said nothing of the branch, and may another time. To push again what it has already changes nothing. */
const isUnanswered = ({ exitCode, stderr, stdout }: GitAnswer): boolean =>
  exitCode !== 0 && refusal(stdout, stderr) === undefined && isTransient(stderr)

const isNothing = (id: string): boolean => /^0+$/.test(id)

/** Number of objects that a pack's header promises; undefined where there is no pack. */
const objectsOf = (header: Uint8Array): number | undefined =>
  header.length >= 12 && Buffer.from(header.subarray(0, 4)).toString("latin1") === "PACK"
    ? Buffer.from(header).readUInt32BE(8)
    : undefined

export const makeReceive = Effect.fnUntraced(function*(git: BrokerGit["Service"], redact: Redact) {
  const fs = yield* FileSystem.FileSystem

  /** Unpacks beside the repository; answers with what is wrong. */
  const unpack = Effect.fnUntraced(function*(given: Receiving, environment: Receiving["environment"]) {
    const header = yield* Stream.mkUint8Array(fs.stream(given.body, { offset: given.packAt, bytesToRead: 12 }))
    const objects = objectsOf(header)
    if (objects === 0) return undefined
    const tooMany = countRefusal(objects ?? 0)
    if (tooMany !== undefined) return tooMany
    const { exitCode, stderr } = yield* git.ask({
      args: [
        ...settingWords,
        ...[
          "index-pack",
          "--stdin",
          "--fix-thin",
          "--fsck-objects",
          "--threads=1",
          `--max-input-size=${given.maxBytes}`
        ]
      ],
      environment,
      input: fs.stream(given.body, { offset: given.packAt }).pipe(Stream.orDie),
      limits: unpackLimits
    })
    if (exitCode !== 0) return unpackFailure(exitCode, lastWords(stderr, redact))
    const packBytes = Number((yield* fs.stat(given.body)).size) - given.packAt
    return sizeRefusal(yield* sizesOf(environment), { packBytes, maxUnpackedBytes: given.maxUnpackedBytes })
  })

  /** Of what was unpacked alone, without what the repository has. */
  const sizesOf = Effect.fnUntraced(function*(environment: Receiving["environment"]) {
    const { GIT_ALTERNATE_OBJECT_DIRECTORIES: _, ...alone } = environment
    const listing = git.stream({
      args: [
        ...settingWords,
        ...["cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objecttype) %(objectsize)"]
      ],
      environment: alone,
      limits: unpackLimits
    })
    return yield* listing.pipe(
      Stream.decodeText,
      Stream.splitLines,
      Stream.runFold(() => nothing, (sum, line) => addSizes(sum, [line]))
    )
  })

  const factsOf = Effect.fnUntraced(function*(given: Receiving, environment: Receiving["environment"]) {
    const { after, before } = given.command
    const ask = (...args: ReadonlyArray<string>) => git.ask({ args, environment })
    const isIn = (commit: string | undefined) =>
      commit === undefined
        ? Effect.succeed(true)
        : Effect.map(ask("merge-base", "--is-ancestor", commit, after), ({ exitCode }) => exitCode === 0)
    const head = yield* ask("for-each-ref", "--format=%(objectname)", `refs/heads/${given.branch}`)
    const here = head.stdout.trim() === "" ? undefined : head.stdout.trim()
    const kind = yield* ask("cat-file", "-t", after)
    return {
      branch: given.branch,
      here,
      known: isNothing(before) ? undefined : before,
      isCommit: kind.stdout.trim() === "commit",
      keepsHead: yield* isIn(here),
      ownHead: given.ownHead,
      keepsFloor: yield* isIn(given.floor)
    }
  })

  /** What the push builds on without bringing it: not here, or fetched from upstream as the base of a difference. */
  const foreignObjects = Effect.fnUntraced(function*(
    { command: { after } }: Receiving,
    environment: Receiving["environment"],
    objects: string
  ) {
    const listing = yield* git.ask({
      args: ["rev-list", "--objects", "--no-object-names", "--missing=print", after, "--not", "--all"],
      environment
    })
    const missing = listing.stdout.split("\n").flatMap((line) => line.startsWith("?") ? [line.slice(1)] : [])
    const files = yield* fs.readDirectory(`${objects}/pack`).pipe(Effect.orElseSucceed(() => []))
    const fetched = yield* Effect.forEach(files.filter((name) => name.endsWith(".promisor")), (name) =>
      git.ask({
        args: ["show-index"],
        environment,
        input: fs.stream(`${objects}/pack/${name.replace(/\.promisor$/, ".idx")}`).pipe(Stream.orDie)
      }))
    const bases = fetched.flatMap(({ stdout }) => stdout.split("\n").flatMap((line) => line.split(" ")[1] ?? []))
    return [...missing, ...bases]
  })

  /** What was unpacked becomes part of the repository. */
  const keep = Effect.fnUntraced(function*({ branch, command, environment, gitDir }: Receiving, objects: string) {
    const packs = yield* fs.readDirectory(`${objects}/pack`).pipe(Effect.orElseSucceed(() => []))
    // The index comes last: git finds a pack by it.
    const inOrder = packs.toSorted((left, right) => Number(left.endsWith(".idx")) - Number(right.endsWith(".idx")))
    for (const name of inOrder) yield* fs.rename(`${objects}/pack/${name}`, `${gitDir}/objects/pack/${name}`)
    yield* git.ask({
      args: ["update-ref", `refs/heads/${branch}`, command.after],
      environment: { ...environment, GIT_DIR: gitDir }
    })
  })

  /** Why upstream does not have it. */
  const whyNot = (stdout: string, stderr: string): string => {
    const sentence = refusal(stdout, stderr)?.replace("stale info", "stale info: it has moved meanwhile, fetch first")
    if (sentence !== undefined) return withAdvice(sentence)
    return unanswered(explained(lastWords(stderr, redact)) || "the remote did not answer", stderr)
  }

  return Effect.fn("Receive.receive")(function*(given: Receiving, folder: string) {
    const { after } = given.command
    const objects = `${folder}/objects`
    yield* fs.makeDirectory(`${objects}/pack`, { recursive: true })
    yield* fs.makeDirectory(`${given.gitDir}/objects/pack`, { recursive: true })
    const environment = {
      ...given.environment,
      GIT_DIR: given.gitDir,
      GIT_OBJECT_DIRECTORY: objects,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: `${given.gitDir}/objects`
    }
    const broken = yield* unpack(given, environment)
    if (broken !== undefined) return refused(broken)
    const facts = yield* factsOf(given, environment)
    const sentence = historyRefusal(facts)
    if (sentence !== undefined) return refused(sentence)
    if ((yield* given.strangers(yield* foreignObjects(given, environment, objects))).length > 0) {
      return refused("this push builds on objects that it does not bring and that no branch has")
    }
    if (facts.here === after) return { pushed: after, refused: undefined, words: "" } satisfies Received
    const ref = `refs/heads/${given.branch}`
    yield* given.offering(facts.here)
    const { exitCode, stderr, stdout } = yield* git.ask({
      args: [
        "push",
        "--porcelain",
        "--no-verify",
        "--no-recurse-submodules",
        // What was decided holds for this head and no other; none: for no branch.
        `--force-with-lease=${ref}:${facts.here ?? ""}`,
        "--",
        given.upstream,
        `${after}:${ref}`
      ],
      environment
    }).pipe(Effect.repeat({ schedule: retrySchedule, while: isUnanswered }))
    const words = remoteLines(stderr)
    if (exitCode !== 0) return refused(whyNot(stdout, stderr), words)
    yield* keep(given, objects)
    return { pushed: after, refused: undefined, words } satisfies Received
  })
})
