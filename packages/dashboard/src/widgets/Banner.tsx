/** A message across the view. */
import type { JSX } from "solid-js"
import "./Banner.css"
import "./Tones.css"

interface BannerProps {
  readonly tone: "calm" | "warn" | "bad" | "good"
  /** `alert` for what has just happened; none for what is simply there. */
  readonly role?: "alert" | "status"
  readonly children: JSX.Element
}

export const Banner = (props: BannerProps): JSX.Element => (
  <div class={`banner ${props.tone}`} role={props.role}>{props.children}</div>
)
