/** Every view with an address of the seeded team, and what is there when it has come. */
export interface View {
  readonly name: string
  readonly path: string
  /** A text that the view shows once its data is there. */
  readonly shows: RegExp
}

export const views: ReadonlyArray<View> = [
  { name: "runs", path: "/", shows: /orders-404/ },
  { name: "run", path: "/runs/code-runs/orders-404", shows: /Attempt/i },
  { name: "run-waiting", path: "/runs/code-runs/ledger-totals", shows: /workspace/i },
  { name: "transcript", path: "/runs/code-runs/orders-404/transcript", shows: /I read the handler first/ },
  { name: "diff", path: "/runs/code-runs/orders-404/diff", shows: /Order not found/ },
  { name: "task", path: "/new", shows: /Repository/i },
  { name: "workspaces", path: "/workspaces", shows: /workspace-payments/ },
  { name: "spend", path: "/spend", shows: /payments/ },
  { name: "system", path: "/system", shows: /API server/i }
]
