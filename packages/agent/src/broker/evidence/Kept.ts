/**
 * What the runner has told of its work, in the broker's own folder: its log, the conversation, its result. It is the agent's side of the
 * story, as whoever has the run's token may tell it; here it is bounded and without secrets, and the agent cannot take it back. The
 * conversation is printed as well, for whoever follows it.
 */
import { transcriptMark } from "@orchestrator/domain/PodParts"
import { printable } from "@orchestrator/domain/Printable"
import { TranscriptEvent } from "@orchestrator/domain/Transcript"
import { Console, Context, DateTime, Effect, FileSystem, Layer, Option, Schema, Semaphore } from "effect"
import type { EvidencePart } from "../../pod/BrokerApi.ts"
import { cappedFile } from "../../pod/CappedFile.ts"
import { cleanContent } from "../../pod/CleanTranscript.ts"
import { BrokerConfig } from "../services/BrokerConfig.ts"
import { Credentials } from "../services/Credentials.ts"

const mebibyte = 1_048_576
const largestLog = 4 * mebibyte
const largestTranscript = 32 * mebibyte
/** What is printed stays on the node with the logs of all others. */
const mostPrinted = 64 * mebibyte

/** Where the files are in the broker's folder. */
export const keptFiles = (state: string) => ({
  log: `${state}/evidence/log.txt`,
  transcript: `${state}/evidence/transcript.jsonl`,
  result: `${state}/evidence/agent.json`
})

const decodeEvent = Schema.decodeUnknownOption(TranscriptEvent)

export class Kept extends Context.Service<Kept, {
  readonly take: (part: EvidencePart) => Effect.Effect<void>
}>()("@orchestrator/agent/broker/evidence/Kept") {
  static readonly layer = Layer.effect(
    Kept,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { files, git: { agentPushes } } = yield* BrokerConfig
      const { learn, redact } = yield* Credentials
      const paths = keptFiles(files.state)
      yield* fs.makeDirectory(`${files.state}/evidence`, { recursive: true, mode: 0o700 })
      const log = yield* cappedFile(paths.log, largestLog)
      const transcript = yield* cappedFile(paths.transcript, largestTranscript)
      const turn = yield* Semaphore.make(1)
      let printed = 0

      const print = (line: string) => {
        printed += line.length
        // Without a container of its own its log is the agent's.
        return agentPushes || printed > mostPrinted ? Effect.void : Console.log(`${transcriptMark}${line}`)
      }

      const take = Effect.fnUntraced(function*({ events, leftOut, log: lines, result }: EvidencePart) {
        // Some may have been renewed.
        yield* learn
        const at = DateTime.formatIso(yield* DateTime.now)
        const missing = leftOut > 0
          ? [{ type: "notice" as const, at, text: `${leftOut} parts came faster than they could be kept.` }]
          : []
        const told = [...events.flatMap((event) => Option.toArray(decodeEvent(event))), ...missing]
        for (const { at, ...content } of told) {
          const line = JSON.stringify({ ...cleanContent(content, redact), at })
          yield* transcript.append(`${line}\n`)
          yield* print(line)
        }
        if (lines !== "") yield* log.append(printable(lines, { lines: true, redact }))
        if (result !== undefined) {
          yield* fs.writeFileString(paths.result, printable(result, { lines: true, redact }), { mode: 0o600 }).pipe(
            Effect.catch((error) => Effect.logWarning(`${paths.result} cannot be written: ${error.message}`))
          )
        }
      })

      return Kept.of({ take: (part) => turn.withPermit(take(part)) })
    })
  )
}
