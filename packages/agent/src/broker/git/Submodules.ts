/**
 * The submodules of the branch that the work starts from, each in a repository of the broker's own that has the pinned commit and no
 * history. What the run's own branch says counts for nothing here: a run could name there what only its user may read.
 */
import { withoutUser } from "@orchestrator/domain/AddressUser"
import { monotonicMillis } from "@orchestrator/domain/Monotonic"
import { printable } from "@orchestrator/domain/Printable"
import { Context, Effect, FileSystem, Layer, Semaphore } from "effect"
import { lastWords } from "../../git/Git.ts"
import {
  isOwnHost,
  type NamedModule,
  parseModules,
  parsePins,
  pathRefusal,
  resolveUrl,
  urlRefusal
} from "../../git/SubmoduleRules.ts"
import { isTransient } from "../../git/UpstreamWords.ts"
import type { Submodule } from "../../pod/BrokerApi.ts"
import { BrokerConfig } from "../services/BrokerConfig.ts"
import { Credentials } from "../services/Credentials.ts"
import { BrokerGit, retrySchedule } from "./BrokerGit.ts"
import { GitAccess } from "./GitAccess.ts"
import { Mirror, MirrorError } from "./Mirror.ts"
import { explained } from "./RemoteWords.ts"
import { Target } from "./Target.ts"
import { unpackSettings } from "./Unpacked.ts"

type Environment = Readonly<Record<string, string>>

/** Where the submodules of a commit are read: git's environment of its repository, and the address that it is known by. */
interface Source {
  readonly environment: Environment
  readonly commit: string
  readonly url: string
}

const deepest = 5
const most = 64
const largestList = 262_144
/** For one, and for all together. */
const seconds = { one: 180, all: 600 }
/** As much as a pack of one may have, in MiB, and all of them together: with those under way it fits on the broker's volume. */
const mebibytes = { one: 512, all: 2048 }
/** Commits of one submodule beside the one that is pinned, and those that nothing led to. */
const mostOthers = 20
const atOnce = 4
/** What comes stays a pack, so that its file is what has a bound, and is not held in memory. */
const fetchSettings = [...unpackSettings, ["fetch.unpackLimit", "1"]] as const

/** What an old server says of a commit that is no branch's head. */
const onlyHeads = /not our ref|unadvertised object|does not allow request for/i
const tooLarge = /file size limit|file too large|signal (?:25|SIGXFSZ)|SIGXFSZ/i

const everything = ["heads", "tags"].map((kind) => `+refs/${kind}/*:refs/${kind}/*`)

const asksWho = /could not read (?:username|password)|authentication failed|returned error: 40[13]/i

const why = (words: string, withCredentials: boolean): string => {
  if (tooLarge.test(words)) return `it is larger than ${mebibytes.one} MiB`
  if (!withCredentials && asksWho.test(words)) {
    return "its host asks who reads it, and the run's credentials are not for it"
  }
  return explained(words) || "git said nothing"
}

/** Those that are links to a commit, and those whose path git need not be asked for; of two with one path the last. */
const found = (named: ReadonlyArray<NamedModule>, pins: ReadonlyMap<string, string>) =>
  [...new Map(named.map((each) => [each.path, each])).values()].flatMap(({ path, url }) => {
    const commit = pins.get(path) ?? (pathRefusal(path) === undefined ? undefined : "")
    return commit === undefined ? [] : [{ path, url, commit }]
  })

const make = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const access = yield* GitAccess
  const git = yield* BrokerGit
  const { redact } = yield* Credentials
  const { files, git: { docsUrl, hosts, targetUrl } } = yield* BrokerConfig
  const mirror = yield* Mirror
  const target = yield* Target
  const own = [targetUrl, ...(docsUrl === undefined ? [] : [docsUrl])]
  const root = `${files.state}/submodules`
  const turn = yield* Semaphore.make(1)
  const folder = (id: number) => `${root}/${id}.git`
  let known: ReadonlyArray<Submodule> | undefined
  let bytes = 0
  /** How often a commit was asked for that nothing led to, by submodule. */
  const misses = new Map<number, number>()

  const inside = (gitDir: string): Environment => ({ ...access.local(), GIT_DIR: gitDir })

  /**
   * With the run's credentials at the run's own hosts, with none elsewhere. A DocsRun has none for them: the branch that it documents may be
   * an agent's, which could name there what only the user may read.
   */
  const isForUs = (url: string) => docsUrl !== undefined && isOwnHost(url, own)
  const reaching = (url: string) =>
    isForUs(url) ? access.remote(url, fetchSettings) : Effect.succeed(access.local(fetchSettings))

  const ask = (args: ReadonlyArray<string>, environment: Environment) =>
    git.ask({ args, environment, limits: { fileMebibytes: mebibytes.one } })

  /** What `.gitmodules` names in a commit, as far as the tree has links there. */
  const named = Effect.fnUntraced(function*({ commit, environment }: Source) {
    const literal = { ...environment, GIT_LITERAL_PATHSPECS: "1" }
    const list = yield* git.ask({ args: ["ls-tree", "-z", "--full-tree", commit, "--", ".gitmodules"], environment })
    const blob = /^100(?:644|755) blob ([0-9a-f]+)\t/.exec(list.stdout)?.[1]
    if (blob === undefined) return []
    const size = yield* git.ask({ args: ["cat-file", "-s", blob], environment })
    if (!(Number(size.stdout) <= largestList)) return []
    const words = ["config", "--blob", blob, "--no-includes", "--list", "-z"]
    const modules = parseModules((yield* git.ask({ args: words, environment })).stdout).slice(0, 4 * most)
    if (modules.length === 0) return []
    const paths = modules.map(({ path }) => path).filter((path) => pathRefusal(path) === undefined)
    const tree = paths.length === 0
      ? ""
      : (yield* git.ask({ args: ["ls-tree", "-z", "--full-tree", commit, "--", ...paths], environment: literal }))
        .stdout
    return found(modules, parsePins(tree))
  })

  const fetch = (url: string, gitDir: string, options: ReadonlyArray<string>, refspecs: ReadonlyArray<string>) =>
    Effect.flatMap(reaching(url), (environment) =>
      ask(
        [
          ...["fetch", "--quiet", "--force", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"],
          ...options,
          "--",
          access.address(url),
          ...refspecs
        ],
        { ...environment, GIT_DIR: gitDir }
      ).pipe(
        Effect.repeat({
          schedule: retrySchedule,
          while: ({ exitCode, stderr }) => exitCode !== 0 && isTransient(stderr)
        })
      ))

  const open = (gitDir: string) =>
    ask(["init", "--quiet", "--bare", "--template=", "--initial-branch=main", gitDir], access.local())

  /** Brings one commit without its history; answers with what was wrong. */
  const bring = Effect.fnUntraced(function*(url: string, gitDir: string, commit: string) {
    const wanted = `+${commit}:refs/pins/${commit}`
    const once = yield* fetch(url, gitDir, ["--depth=1"], [wanted])
    if (once.exitCode === 0) return undefined
    const words = lastWords(once.stderr, redact)
    const known = isForUs(url)
    if (!onlyHeads.test(words)) return why(words, known)
    const all = yield* fetch(url, gitDir, [], everything)
    if (all.exitCode !== 0) return why(lastWords(all.stderr, redact), known)
    const { exitCode } = yield* ask(["update-ref", `refs/pins/${commit}`, `${commit}^{commit}`], inside(gitDir))
    return exitCode === 0 ? undefined : `it has no commit ${commit} on any branch`
  })

  const sizeOf = (gitDir: string) =>
    fs.readDirectory(`${gitDir}/objects/pack`).pipe(
      Effect.flatMap((names) => Effect.forEach(names, (name) => fs.stat(`${gitDir}/objects/pack/${name}`))),
      Effect.map((all) => all.reduce((sum, { size }) => sum + Number(size), 0)),
      Effect.orElseSucceed(() => 0)
    )

  /** The run's repository at the branch that the work starts from. */
  const source = Effect.gen(function*() {
    const { base } = yield* target.current
    yield* target.whole
    const environment = { ...yield* mirror.environment("target"), GIT_DIR: mirror.folder("target") }
    return { environment, commit: `refs/heads/${base}`, url: targetUrl }
  })

  /** Reads the tree of submodules, level by level, and fetches each. */
  const walk = Effect.fnUntraced(function*(source: Source) {
    yield* fs.remove(root, { recursive: true, force: true })
    yield* fs.makeDirectory(root, { recursive: true, mode: 0o700 })
    const end = (yield* monotonicMillis) + seconds.all * 1000
    const all: Array<Submodule> = []

    const get = Effect.fnUntraced(function*({ commit, id, url }: Submodule) {
      if ((yield* monotonicMillis) >= end) return `there was no time left (${seconds.all} s for all of them)`
      if (bytes > mebibytes.all * 1_048_576) return `all of them together have more than ${mebibytes.all} MiB`
      yield* open(folder(id))
      const problem = yield* bring(url, folder(id), commit).pipe(
        Effect.timeoutOrElse({
          duration: `${seconds.one} seconds`,
          orElse: () => Effect.succeed(`it did not come within ${seconds.one} s`)
        })
      )
      bytes += yield* sizeOf(folder(id))
      return problem
    })

    const below = Effect.fnUntraced(function*(at: Source, prefix: string, depth: number) {
      return (yield* named(at)).map(({ commit, path, url: written }) => {
        const url = resolveUrl(written, at.url)
        const id = all.length
        const problem = pathRefusal(path) ??
          (url === undefined ? "its address leads nowhere" : urlRefusal(url, written, { own, hosts })) ??
          (depth > deepest ? `it lies more than ${deepest} submodules deep` : undefined) ??
          (id >= most ? `there are more than ${most}` : undefined)
        const shown = printable(`${prefix}${path}`, { max: 300 })
        const module: Submodule = problem === undefined
          ? { id, path: `${prefix}${path}`, commit, url: withoutUser(url ?? "") }
          : { id, path: shown, commit, url: "", problem }
        all.push(module)
        return module
      })
    })

    let level = yield* below(source, "", 1)
    for (let depth = 2; level.length > 0; depth++) {
      const here = level.filter(({ problem }) => problem === undefined)
      const problems = yield* Effect.forEach(here, get, { concurrency: atOnce })
      level = []
      for (const [at, module] of here.entries()) {
        const problem = problems[at]
        if (problem === undefined) {
          const { commit, id, path, url } = module
          level = [...level, ...yield* below({ environment: inside(folder(id)), commit, url }, `${path}/`, depth)]
          continue
        }
        yield* Effect.logWarning(`the submodule ${module.path} cannot be fetched: ${problem}`)
        yield* fs.remove(folder(module.id), { recursive: true, force: true })
        all[module.id] = { ...module, problem }
      }
    }
    return all
  }, Effect.orDie)

  const pinsOf = (id: number) =>
    Effect.map(
      ask(["for-each-ref", "--format=%(refname:lstrip=2)", "refs/pins/"], inside(folder(id))),
      ({ stdout }) => stdout.split("\n").filter((name) => name !== "")
    )

  /** Whether a branch or a tag of the submodule's own repository leads to a commit. Its history is fetched for that, without files. */
  const isUpstream = Effect.fnUntraced(function*({ id, url }: Submodule, commit: string) {
    const history = `${root}/${id}.history`
    yield* open(history)
    const { exitCode: failed, stderr } = yield* fetch(url, history, ["--filter=tree:0"], everything)
    if (failed !== 0) {
      yield* Effect.ignore(fs.remove(history, { recursive: true, force: true }))
      return yield* new MirrorError({ operation: "fetch", ref: url, reason: lastWords(stderr, redact) })
    }
    const { exitCode, stdout } = yield* ask(["for-each-ref", "--count=1", "--contains", commit], inside(history))
    return exitCode === 0 && stdout !== ""
  })

  const take = Effect.fn("Submodules.take")(function*(id: number, commit: string) {
    const module = known?.[id]
    if (module === undefined || module.problem !== undefined || !/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) {
      return false
    }
    const pins = yield* pinsOf(id)
    if (pins.includes(commit)) return true
    const missed = misses.get(id) ?? 0
    if (pins.length + missed > mostOthers || bytes > mebibytes.all * 1_048_576) return false
    misses.set(id, missed + 1)
    if (!(yield* isUpstream(module, commit))) return false
    misses.set(id, missed)
    const before = yield* sizeOf(folder(id))
    const problem = yield* bring(module.url, folder(id), commit)
    bytes += (yield* sizeOf(folder(id))) - before
    return problem === undefined
  }, (effect, id) =>
    Effect.timeoutOrElse(effect, {
      duration: `${seconds.one} seconds`,
      orElse: () =>
        new MirrorError({
          operation: "fetch",
          ref: known?.[id]?.url ?? "",
          reason: `no answer within ${seconds.one} s`
        })
    }))

  return {
    folder: (id: number) => {
      const module = known?.[id]
      return module === undefined || module.problem !== undefined ? undefined : folder(id)
    },
    list: turn.withPermit(Effect.gen(function*() {
      known ??= yield* walk(yield* source)
      return known.slice(0, 4 * most)
    })),
    take: (id: number, commit: string) => turn.withPermit(take(id, commit))
  }
})

export class RunSubmodules extends Context.Service<RunSubmodules, {
  /** All of them, found and fetched when they are asked for first. */
  readonly list: Effect.Effect<ReadonlyArray<Submodule>, MirrorError>
  /** The repository of one that was fetched. */
  readonly folder: (id: number) => string | undefined
  /** Whether a commit may be given, which is then here: one that is pinned, or that the submodule's own repository leads to. */
  readonly take: (id: number, commit: string) => Effect.Effect<boolean, MirrorError>
}>()("@orchestrator/agent/broker/git/Submodules") {
  static readonly layer = Layer.effect(RunSubmodules, make)
}
