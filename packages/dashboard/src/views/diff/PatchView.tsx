/** The files of a patch: a list to find one, and each with its lines. `j` and `k` go from file to file, `o` folds. */
import { createEffect, createMemo, createSignal, For, type JSX, on, Show } from "solid-js"
import { totalsOf } from "../../show/diff/FileWords.ts"
import { foldedFiles, type Patch, type PatchFile } from "../../show/diff/GitPatch.ts"
import { Banner } from "../../widgets/Banner.tsx"
import "./Diff.css"
import { onKeys } from "../../widgets/Keys.ts"
import { FileList } from "./FileList.tsx"
import { FileView } from "./FileView.tsx"

interface PatchProps {
  readonly patch: Patch
  /** Path of the file that the address names. */
  readonly file: string | undefined
  readonly onFile: (path: string) => void
}

export const PatchView = (props: PatchProps): JSX.Element => {
  const [folded, setFolded] = createSignal<ReadonlyArray<boolean>>([])
  const totals = createMemo(() => totalsOf(props.patch.files))
  const headings = new Map<PatchFile, HTMLElement>()
  const fold = (index: number, isFolded: boolean) =>
    setFolded((all) => all.map((before, at) => at === index ? isFolded : before))
  createEffect(on(() => props.patch, ({ files }) => setFolded(foldedFiles(files))))

  const go = (index: number) => {
    const file = props.patch.files[index]
    const heading = file === undefined ? undefined : headings.get(file)
    heading?.focus({ preventScroll: true })
    heading?.scrollIntoView({ block: "start" })
  }
  const open = (path: string) => {
    const index = props.patch.files.findIndex((file) => file.path === path)
    if (index < 0) return
    fold(index, false)
    queueMicrotask(() => go(index))
  }
  createEffect(on(() => [props.file, props.patch] as const, ([file]) => file !== undefined && open(file)))

  /** Of the file that has the focus, else of the first that is in sight. */
  const current = (): number => {
    const rows = props.patch.files.map((file) => headings.get(file))
    const focused = rows.findIndex((row) => row?.closest("section")?.contains(document.activeElement) === true)
    return focused >= 0 ? focused : rows.findIndex((row) => (row?.getBoundingClientRect().bottom ?? -1) > 0) - 1
  }
  onKeys({
    j: () => go(Math.min(current() + 1, props.patch.files.length - 1)),
    k: () => go(Math.max(current() - 1, 0)),
    o: () => {
      const at = current()
      if (at >= 0) fold(at, folded()[at] !== true)
    }
  })

  return (
    <div class="patch">
      <Show when={props.patch.note}>
        {(note) => (
          <Banner tone="warn">
            <p>{note()}</p>
          </Banner>
        )}
      </Show>
      <div class="row">
        <p>
          {totals().files} {totals().files === 1 ? "file" : "files"},{" "}
          <span class="plus">{totals().added} lines added</span>, <span class="minus">{totals().removed} removed</span>
        </p>
        <button class="button" type="button" onClick={() => setFolded((all) => all.map(() => true))}>Fold all</button>
        <span class="faint patch-keys">
          <kbd>j</kbd> <kbd>k</kbd> next and previous file, <kbd>o</kbd> folds
        </span>
      </div>
      <div class="patch-columns">
        <FileList
          files={props.patch.files}
          current={props.file}
          onFile={(path) => {
            props.onFile(path)
            open(path)
          }}
        />
        <div class="patch-files">
          <For each={props.patch.files}>
            {(file, index) => (
              <FileView
                file={file}
                isFolded={folded()[index()] !== false}
                onFold={(isFolded) => fold(index(), isFolded)}
                heading={(element) => headings.set(file, element)}
              />
            )}
          </For>
        </div>
      </div>
    </div>
  )
}
