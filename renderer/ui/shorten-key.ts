// A key shorter than this is shown whole; of a longer one the beginning says the type and the end tells two keys apart.
const longest = 48
const kept = { start: 16, end: 8 }
const keyMaterial = new RegExp(`[A-Za-z0-9+/=]{${longest + 1},}`, 'g')

/** A known_hosts line with the middle of its keys left out, and nothing else: names, marks and comments stay whole. */
export const shortenKey = (text: string) =>
  text.replace(keyMaterial, (key) => (key.startsWith('AAAA') ? `${key.slice(0, kept.start)}…${key.slice(-kept.end)}` : key))
