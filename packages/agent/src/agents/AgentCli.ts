/**
 * What the runner asks of an agent's command line program. An implementation is a folder here and an entry in `Agents`; nothing else knows
 * its flags, files or stream. The supervising itself (signals, clocks, leftovers, evidence) is the same for each.
 */
import type { Usage } from "@orchestrator/domain/Usage"
import type { Effect, FileSystem } from "effect"
import type { ChildProcessSpawner } from "effect/process"
import type { Environment } from "../pod/Environment.ts"
import type { Redact } from "../pod/Redact.ts"
import type { RunFailure } from "../pod/RunFailure.ts"
import type { Following } from "./Following.ts"

/** A server of tools, as the run's `mcp.json` names it. */
export interface McpServer {
  readonly name: string
  readonly url?: string
  readonly headers?: Environment
  readonly command?: string
  readonly args?: ReadonlyArray<string>
  readonly env?: Environment
}

/** The run's files as the agent gets them. */
export interface AgentFiles {
  readonly prompt: string
  /** The run's instructions, as its ConfigMap has them. */
  readonly memory: string | undefined
  /** For the agent. */
  readonly notes: ReadonlyArray<string>
  readonly mcpConfig: string | undefined
  readonly mcpServers: ReadonlyArray<McpServer>
  /** Script that asks once for uncommitted work to be committed, where the run has one. */
  readonly stopHook: string | undefined
  /** Settings to name on the command line; undefined where the managed file is in force. */
  readonly settings: string | undefined
}

/** Where the files are. */
export interface AgentFolders {
  readonly config: string
  readonly workspace: string
  readonly managedSettings: string
}

/** A transcript on the workspace. A stub cannot be resumed, and yet its id counts as used. */
export interface Transcript {
  readonly path: string
  readonly stub: boolean
  /** Whether it was written for the agent's present folder. */
  readonly here: boolean
  /** The agent's own name for the session, where it is in the transcript. */
  readonly ownName?: string
  readonly usedBefore?: Usage
}

export interface SessionPlan {
  /** Ours; some agents have another one for the same session. */
  readonly sessionId: string
  /** What is resumed, in the terms of the command line; undefined for a new session. */
  readonly resume: string | undefined
  /** What the resumed session used before, where the agent counts that again. */
  readonly usedBefore?: Usage
  /** Transcript of the new session's id that must make room. */
  readonly stub?: string
  /** Why a wanted resume is not possible. */
  readonly problem?: string
}

export interface SessionFacts {
  /** The attempt's own session id. */
  readonly sessionId: string
  readonly wanted: boolean
  /** The one to resume by the statuses of the tenant's runs; those of this run's earlier attempts come after it. */
  readonly last?: string | undefined
  /** Of this run's earlier attempts, newest first. */
  readonly earlier: ReadonlyArray<string>
  readonly transcripts: ReadonlyMap<string, Transcript>
}

/** What an agent keeps of its sessions: files below a folder of its config folder. */
export interface SessionFiles {
  readonly folder: string
  /**
   * Our id of the session that a file is the transcript of, by its path below the folder; undefined for every other file. Several of one id
   * in one folder are one transcript.
   */
  readonly idOf: (path: string) => string | undefined
}

/** What an agent leaves in a workspace and takes from a repository. Known of every agent, whichever one runs. */
export interface Traces {
  /** Its config folder where nothing names another: below the workspace. */
  readonly configFolder: string
  readonly sessions: SessionFiles
  /** What it takes for instructions of a repository, in each folder. */
  readonly instructions: ReadonlyArray<string>
  /** What it makes for itself in a repository, as lines of an ignore file. */
  readonly ownFiles: ReadonlyArray<string>
}

export interface Sessions extends SessionFiles {
  /** Whether a transcript, by its path below the folder, was written for this working directory. */
  readonly isHere: (path: string, workingDirectory: string) => boolean
  /** Whether a transcript has nothing that a resume can find. */
  readonly isStub: (text: string) => boolean
  readonly plan: (facts: SessionFacts) => SessionPlan
  /** The agent's own name for the session of a transcript, where that has it. */
  readonly ownName?: (text: string) => string | undefined
  /** What a session has used by its transcript, where the agent counts that again when it resumes. */
  readonly usedBefore?: (text: string) => Usage | undefined
}

/** What one process of the agent is started for. */
export interface Invocation {
  readonly model: string
  readonly session: SessionPlan
  readonly workingDirectory: string
  readonly configFolder: string
  readonly files: AgentFiles
  /** The address of its model's API, where the pod names one. */
  readonly environment: Environment
  readonly maxTurns: number | undefined
  readonly maxCostUsd: number | undefined
}

/** What the agent's own variables depend on. */
export interface Surroundings {
  readonly configFolder: string
  readonly sessionId: string
  /** Without links. */
  readonly workingDirectory: string
  /** What is there without the agent's own. */
  readonly environment: Environment
  /** Whether the run has tool servers. */
  readonly toolServers: boolean
  /** The runner is root, and so the agent; the container is a sandbox. */
  readonly root: boolean
}

/** What an agent can and cannot, in words for people; the guide's table is made from it. */
export interface Abilities {
  /** The API that its models are asked by. */
  readonly api: string
  readonly instructions: string
  readonly repositoryInstructions: string
  readonly toolServers: string
  readonly resume: string
  /** Who ends a run at its turns and its money. */
  readonly limits: string
  readonly uncommitted: string
  readonly deniedTools: string
  readonly telemetry: string
  readonly withoutBroker: string
  readonly prompt: string
}

export interface AgentCli {
  readonly abilities: Abilities
  /** As people know it. */
  readonly name: string
  /** Found on the image's PATH. */
  readonly executable: string
  /** Fails where the one on this path is too old. */
  readonly checkVersion: (
    path: string | undefined
  ) => Effect.Effect<void, RunFailure, FileSystem.FileSystem | ChildProcessSpawner.ChildProcessSpawner>
  /** Checks the run's files and puts them in place. */
  readonly prepareFiles: (
    folders: AgentFolders,
    options: { readonly overwriteMemory: boolean }
  ) => Effect.Effect<AgentFiles, RunFailure, FileSystem.FileSystem>
  /** Words after the executable's name; the prompt goes to stdin. */
  readonly arguments: (invocation: Invocation) => ReadonlyArray<string>
  readonly environment: (surroundings: Surroundings) => Environment
  /** Variables of a surrounding session of the same agent, which this one must not inherit. */
  readonly ofOtherSessions: ReadonlySet<string>
  /** An entry of the environment of everything that a session starts. */
  readonly sessionMark: (session: Pick<Surroundings, "configFolder" | "sessionId">) => string
  /** Variables that lead to a model, or hold a key for one. */
  readonly reachesModel: (name: string) => boolean
  /** The same by a broker. */
  readonly throughBroker: (broker: { readonly url: string; readonly token: string }) => Environment
  /** Whether its stream tells neither of its start, nor of tools that run, nor of requests that are tried again: the broker is asked. */
  readonly worksSilently: boolean
  /** Begins to follow one process. */
  readonly follow: (invocation: Invocation, redact: Redact) => Following
  readonly sessions: Sessions
  /** Before each process: of what it keeps there is only what may count, and what it needs. */
  readonly renew: (invocation: Invocation) => Effect.Effect<void, RunFailure, FileSystem.FileSystem>
  /** The longest prompt that it takes whole, in characters. */
  readonly longestPrompt: number | undefined
}
