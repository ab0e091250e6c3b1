/** One file of a patch: what becomes of it, and its lines when it is open. */
import { createMemo, For, type JSX, Show } from "solid-js"
import { changeWord, fileNotes } from "../../show/diff/FileWords.ts"
import type { PatchFile } from "../../show/diff/GitPatch.ts"
import { patchLines } from "../../show/diff/Hunks.ts"
import { figure } from "../../show/Figures.ts"
import type { Tone } from "../../show/Tone.ts"
import { Badge } from "../../widgets/Badge.tsx"
import { DiffLines } from "../../widgets/DiffLines.tsx"
import { VisibleText } from "../../widgets/VisibleText.tsx"

const tones: Readonly<Record<PatchFile["change"], Tone>> = {
  added: "good",
  deleted: "bad",
  modified: "calm",
  renamed: "active",
  copied: "active"
}

interface FileProps {
  readonly file: PatchFile
  readonly isFolded: boolean
  readonly onFold: (isFolded: boolean) => void
  readonly heading: (element: HTMLElement) => void
}

export const FileView = (props: FileProps): JSX.Element => {
  const lines = createMemo(() => props.isFolded ? [] : patchLines(props.file.body))
  const hasLines = () => props.file.body !== ""
  return (
    <section class="card patch-file" aria-label={props.file.path}>
      <div class="row patch-head">
        <button
          type="button"
          class="fold-button"
          aria-expanded={hasLines() ? !props.isFolded : undefined}
          ref={props.heading}
          onClick={() => props.onFold(!props.isFolded)}
        >
          <span class="file-sign" aria-hidden="true">{hasLines() && !props.isFolded ? "▾" : "▸"}</span>
          <bdi class="mono">
            <VisibleText text={props.file.path} />
          </bdi>
        </button>
        <Badge tone={tones[props.file.change]}>{changeWord(props.file)}</Badge>
        <span class="number">
          <span class="plus">+{props.file.added}</span> <span class="minus">−{props.file.removed}</span>
        </span>
        <For each={fileNotes(props.file)}>
          {(note) => (
            <span class="faint">
              <VisibleText text={note} />
            </span>
          )}
        </For>
      </div>
      <Show when={!props.isFolded && hasLines()}>
        <DiffLines lines={lines()} />
      </Show>
      <Show when={props.isFolded && hasLines()}>
        <p>
          <button class="button" type="button" onClick={() => props.onFold(false)}>
            Show {figure(props.file.lines)} lines
          </button>
        </p>
      </Show>
    </section>
  )
}
