/**
 * A process as a container of a pod sees itself: its own root with the mounts at their true paths, its own process ids (it is the first),
 * its own user, the network shared. By bubblewrap; without it a plain process whose paths are the host's, which isolates nothing.
 */
import { Effect } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { lstatSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** Whether containers are isolated from each other on this machine. */
export const isolated = process.env["AGENT_TEST_BUBBLEWRAP"] === "yes"

export interface Mount {
  readonly host: string
  readonly at: string
  readonly writable?: boolean
}

export interface ContainerSpec {
  readonly user: { readonly id: number; readonly name: string }
  readonly mounts: ReadonlyArray<Mount>
  readonly environment: Readonly<Record<string, string>>
  readonly command: ReadonlyArray<string>
  readonly workingDirectory: string
}

export interface Ended {
  /** As a kubelet reports it: 128 + number for an end by signal. */
  readonly exitCode: number
}

export interface Container {
  /** What it printed so far. */
  readonly log: () => string
  /** Its first process, by this host's numbers. */
  readonly leader: Effect.Effect<number>
  readonly signal: (signal: "SIGTERM" | "SIGKILL") => Effect.Effect<void>
  readonly ended: Effect.Effect<Ended>
}

const owner = (path: string, mounts: ReadonlyArray<Mount>) =>
  mounts
    .filter(({ at }) => path === at || path.startsWith(`${at}/`))
    .toSorted((left, right) => right.at.length - left.at.length)[0]

/** The path by which a container with these mounts finds what is mounted there. */
export const seenAt = (mounts: ReadonlyArray<Mount>) => (path: string): string => {
  const mount = isolated ? undefined : owner(path, mounts)
  return mount === undefined ? path : mount.host + path.slice(mount.at.length)
}

const systemFolders = ["/bin", "/lib", "/lib32", "/lib64", "/sbin"]
const systemFiles = [
  "alternatives",
  "hosts",
  "ld.so.cache",
  "localtime",
  "nsswitch.conf",
  "protocols",
  "services",
  "ssl"
]

const show = (path: string): ReadonlyArray<string> => {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return []
  return found.isSymbolicLink() ? ["--symlink", `usr${path}`, path] : ["--ro-bind", path, path]
}

const sandboxWords = ({ mounts, user, workingDirectory }: ContainerSpec, accounts: string): ReadonlyArray<string> => [
  ...["--unshare-user", "--uid", String(user.id), "--gid", "1000", "--unshare-pid", "--unshare-ipc", "--as-pid-1"],
  ...["--die-with-parent", "--cap-drop", "ALL", "--tmpfs", "/", "--ro-bind", "/usr", "/usr"],
  ...systemFolders.flatMap(show),
  ...systemFiles.flatMap((name) => ["--ro-bind-try", `/etc/${name}`, `/etc/${name}`]),
  ...["passwd", "group"].flatMap((name) => ["--ro-bind", join(accounts, name), `/etc/${name}`]),
  ...["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"],
  ...mounts.flatMap(({ at, host, writable }) => [writable === true ? "--bind" : "--ro-bind", host, at]),
  ...["--remount-ro", "/", "--chdir", workingDirectory, "--info-fd", "3", "--"]
]

const writeAccounts = (folder: string, { id, name }: ContainerSpec["user"]): string => {
  const accounts = join(folder, `accounts-${name}`)
  mkdirSync(accounts, { recursive: true })
  writeFileSync(
    join(accounts, "passwd"),
    `root:x:0:0:root:/nonexistent:/bin/false\n${name}:x:${id}:1000::/nonexistent:/bin/sh\n`
  )
  writeFileSync(join(accounts, "group"), "root:x:0:\nagents:x:1000:\n")
  return accounts
}

const signalNumbers: Readonly<Record<string, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }

const textOf = async (stream: NodeJS.ReadableStream): Promise<string> => {
  let text = ""
  for await (const chunk of stream) text += String(chunk)
  return text
}

const leaderOf = async (child: ChildProcess): Promise<number> => {
  const info = child.stdio[3]
  if (!isolated || info === null || info === undefined || !("read" in info)) return child.pid ?? 0
  return Number(/"child-pid": (\d+)/.exec(await textOf(info))?.[1] ?? 0)
}

const kill = (pid: number, signal: NodeJS.Signals) => {
  try {
    if (pid !== 0) process.kill(pid, signal)
  } catch {
    // It has ended.
  }
}

/** Starts a container; it is gone when the scope ends. */
export const startContainer = (spec: ContainerSpec, folder: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const words = isolated
        ? ["bwrap", ...sandboxWords(spec, writeAccounts(folder, spec.user)), ...spec.command]
        : spec.command
      const child = spawn(words[0] ?? "", words.slice(1), {
        cwd: isolated ? "/" : seenAt(spec.mounts)(spec.workingDirectory),
        env: spec.environment,
        stdio: ["ignore", "pipe", "pipe", "pipe"]
      })
      const output: Array<Buffer> = []
      for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => output.push(chunk))
      const leader = leaderOf(child)
      const ended = new Promise<Ended>((resolve) => {
        child.once("error", () => resolve({ exitCode: 127 }))
        child.once("close", (code, signal) => resolve({ exitCode: code ?? 128 + (signalNumbers[signal ?? ""] ?? 0) }))
      })
      const container: Container = {
        log: () => Buffer.concat(output).toString("utf8"),
        leader: Effect.promise(() => leader),
        signal: (name) => Effect.promise(async () => kill(await leader, name)),
        ended: Effect.promise(() => ended)
      }
      return { child, container }
    }),
    ({ child, container }) =>
      Effect.gen(function*() {
        kill(yield* container.leader, "SIGKILL")
        kill(child.exitCode === null && child.signalCode === null ? child.pid ?? 0 : 0, "SIGKILL")
        yield* container.ended
      })
  ).pipe(Effect.map(({ container }) => container))
