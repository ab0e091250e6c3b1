/** The lines of a broker's log, or of a file, that carry the conversation. Pure. */
import { transcriptMark } from "@orchestrator/domain/PodParts"
import { TranscriptEvent } from "@orchestrator/domain/Transcript"
import { Option, Schema } from "effect"

const time = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) /

/** Every other line of a broker begins with the time of day, or indented. */
export const isTranscriptLine = (line: string, timestamps = false): boolean =>
  (timestamps ? line.replace(time, "") : line).startsWith(transcriptMark)

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(TranscriptEvent))

/** The event of a line of `transcript.jsonl`; a line that is none is left out. */
export const eventOf = (line: string): Option.Option<TranscriptEvent> => decode(line)

/** The same of a broker's log. */
export const loggedEventOf = (line: string): Option.Option<TranscriptEvent> =>
  isTranscriptLine(line) ? decode(line.slice(transcriptMark.length)) : Option.none()
