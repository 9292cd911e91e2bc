/** As rpm and GRUB compare versions: part by part, numbers by value and above letters, more parts above fewer. For `sort`. Pure. */
export function newestFirst(a: string, b: string): number {
  const partsOf = (version: string): string[] => version.match(/\d+|[a-z]+/gi) ?? []
  const [left, right] = [partsOf(a), partsOf(b)]
  for (const [index, one] of left.entries()) {
    const other = right[index]
    if (other === undefined) return -1
    if (one === other) continue
    const [isNumber, isOtherNumber] = [/^\d/.test(one), /^\d/.test(other)]
    if (isNumber !== isOtherNumber) return isNumber ? -1 : 1
    const difference = isNumber ? Number(other) - Number(one) : one < other ? 1 : -1
    if (difference !== 0) return difference
  }
  return right.length - left.length
}
