/** The files of a patch by name, with how much of each changes; many are looked through by a part of the name. */
import { createMemo, createSignal, createUniqueId, For, type JSX, Show } from "solid-js"
import { changeWord } from "../../show/diff/FileWords.ts"
import type { PatchFile } from "../../show/diff/GitPatch.ts"
import { VisibleText } from "../../widgets/VisibleText.tsx"

interface ListProps {
  readonly files: ReadonlyArray<PatchFile>
  readonly current: string | undefined
  readonly onFile: (path: string) => void
}

/** With what else this address says; a query alone would be one of the page's base. */
const placeOf = ({ path }: PatchFile): string => {
  const { pathname, searchParams } = new URL(window.location.href)
  searchParams.set("file", path)
  return `${pathname}?${searchParams}`
}

const fewFiles = 8
const mostListed = 500

export const FileList = (props: ListProps): JSX.Element => {
  const [words, setWords] = createSignal("")
  const id = createUniqueId()
  const found = createMemo(() => {
    const part = words().trim().toLowerCase()
    return part === "" ? props.files : props.files.filter(({ path }) => path.toLowerCase().includes(part))
  })
  return (
    <nav class="card file-list" aria-label="Files">
      <Show when={props.files.length > fewFiles}>
        <div class="field">
          <label for={id}>Find a file</label>
          <input
            id={id}
            class="input"
            type="search"
            value={words()}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
        </div>
      </Show>
      <ul>
        <For each={found().slice(0, mostListed)} fallback={<li class="faint">No file has this in its name.</li>}>
          {(file) => (
            <li>
              <a
                href={placeOf(file)}
                aria-current={props.current === file.path ? "true" : undefined}
                onClick={(event) => {
                  if (event.ctrlKey || event.metaKey || event.shiftKey) return
                  event.preventDefault()
                  props.onFile(file.path)
                }}
              >
                <bdi class="mono">
                  <VisibleText text={file.path} />
                </bdi>
              </a>
              <span class="faint file-counts number">
                <span class="only-heard">{changeWord(file)},</span>
                <span class="plus">+{file.added}</span> <span class="minus">−{file.removed}</span>
              </span>
            </li>
          )}
        </For>
      </ul>
      <Show when={found().length > mostListed}>
        <p class="faint">and {found().length - mostListed} more: write a part of the name</p>
      </Show>
    </nav>
  )
}
