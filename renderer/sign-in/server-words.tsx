/** Text of the server (already stripped by the core), as a quotation and named as such. */
export function ServerWords({ label, text }: { label: string; text: string }) {
  return (
    <figure className="rt-signin-quote">
      <figcaption className="rt-dim rt-sm">{label}</figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long greeting is scrolled by arrows */}
      <blockquote tabIndex={0}>{text}</blockquote>
    </figure>
  )
}
