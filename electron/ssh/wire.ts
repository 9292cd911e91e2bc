/** The few RFC 4251 §5 fields we read ourselves. Out of bounds is `undefined`, never an exception: the bytes are a server's. */

export function readString(data: Buffer, offset: number): { value: Buffer; next: number } | undefined {
  if (offset + 4 > data.length) return undefined
  const next = offset + 4 + data.readUInt32BE(offset)
  return next > data.length ? undefined : { value: data.subarray(offset + 4, next), next }
}

export function readKeyType(blob: Buffer): string | undefined {
  return readString(blob, 0)?.value.toString('latin1')
}

/** Length of the modulus of an `ssh-rsa` blob (RFC 4253 §6.6: type, e, n); 0 when malformed. */
export function rsaBits(blob: Buffer): number {
  const type = readString(blob, 0)
  const exponent = type && readString(blob, type.next)
  const modulus = exponent && readString(blob, exponent.next)
  if (!modulus) return 0
  let start = 0
  while (start < modulus.value.length && modulus.value[start] === 0) start++
  const first = modulus.value[start]
  return first === undefined ? 0 : (modulus.value.length - start - 1) * 8 + (32 - Math.clz32(first))
}
