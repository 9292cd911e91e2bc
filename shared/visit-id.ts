/**
 * One visit per address: a rescue of the same server a week later finds its copies and measurements. Apart from the schemas of
 * visit.ts: the page's policy forbids what the schema library tries when it is loaded.
 */
export const visitId = (host: string, port: number) => `${host.toLowerCase()}:${port}`
