/** A table of a few dozen rows. Where there is no room for columns each row is a block, with the column's name before each value. */
import { For, type JSX } from "solid-js"
import "./Table.css"

export interface Column<A> {
  readonly name: string
  readonly cell: (row: A) => JSX.Element
  /** Figures, at the end of their column. */
  readonly isNumber?: boolean
}

interface TableProps<A> {
  /** What the rows are, for who hears the page. */
  readonly caption: string
  readonly columns: ReadonlyArray<Column<A>>
  readonly rows: ReadonlyArray<A>
}

const classOf = (column: { readonly isNumber?: boolean }) => (column.isNumber === true ? "number figure" : "")

// The roles stay where the style sheet makes blocks of the parts of a table.
export const Table = <A extends object>(props: TableProps<A>): JSX.Element => (
  <table class="table" role="table">
    <caption class="only-heard">{props.caption}</caption>
    <thead role="rowgroup">
      <tr role="row">
        <For each={props.columns}>
          {(column) => <th role="columnheader" scope="col" class={classOf(column)}>{column.name}</th>}
        </For>
      </tr>
    </thead>
    <tbody role="rowgroup">
      <For each={props.rows}>
        {(row) => (
          <tr role="row">
            <For each={props.columns}>
              {(column) => (
                <td role="cell" class={classOf(column)} data-name={column.name}>
                  <span class="value">{column.cell(row)}</span>
                </td>
              )}
            </For>
          </tr>
        )}
      </For>
    </tbody>
  </table>
)
