/** What a container of one attempt prints, as it does. */
import type { LogLine } from "@orchestrator/client/follow/FollowAttempt"
import { type LoggedContainer, loggedContainers } from "@orchestrator/domain/PodParts"
import { createSignal, type JSX, Show } from "solid-js"
import { readableLog } from "../../show/transcript/Readable.ts"
import { following } from "../../store/Following.ts"
import { LongText } from "../../widgets/LongText.tsx"
import { Select } from "../../widgets/Select.tsx"
import type { AttemptProps } from "./Conversation.tsx"
import { FollowBanner } from "./FollowBanner.tsx"
import { LineLink } from "./LineLink.tsx"
import { Reading } from "./Reading.tsx"

const choices = loggedContainers.map((container) => ({ value: container, name: `Container ${container}` }))

export const Log = (props: AttemptProps): JSX.Element => {
  const [container, setContainer] = createSignal<LoggedContainer>(loggedContainers[0])
  const choose = (value: string) => {
    const found = loggedContainers.find((each) => each === value)
    if (found !== undefined) setContainer(found)
  }
  return (
    <div class="stack">
      <div class="log-tools">
        <Select label="Container" quiet choices={choices} value={container()} onChange={choose} />
      </div>
      <Show when={container()} keyed>{(one) => <ContainerLog {...props} container={one} />}</Show>
    </div>
  )
}

const ContainerLog = (props: AttemptProps & { readonly container: LoggedContainer }): JSX.Element => {
  const lines: Array<LogLine> = []
  const source = readableLog(lines)
  const { state, version } = following(
    (options) => props.runs.followLogs(props.name, { attempt: props.attempt, container: props.container }, options),
    (line) => lines.push(line)
  )
  return (
    <>
      <FollowBanner
        state={state()}
        isEmpty={(version(), lines.length === 0)}
        what="log"
        whereElse="Of an attempt whose pod is gone only the agent's log is kept."
        onAgain={props.onAgain}
      />
      <Show when={(version(), lines.length > 0)}>
        <Reading
          label="Log"
          source={source}
          version={version()}
          isLive={props.isRunning}
          marked={props.marked}
          size={24}
          row={(index, finder) => (
            <div class="log-line">
              <LineLink line={index + 1} title={lines[index]?.at ?? ""} />
              <LongText name={`${index}`} text={lines[index]?.text ?? ""} finder={finder()} mono />
            </div>
          )}
        />
      </Show>
    </>
  )
}
