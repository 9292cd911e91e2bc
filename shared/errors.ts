import { z } from 'zod'
import { errorCodes } from './app-error.js'

export { AppError, errorCodes } from './app-error.js'

export const ErrorCode = z.enum(errorCodes)
export type ErrorCode = z.infer<typeof ErrorCode>

/** `data` fills the placeholders of the message (file, port, algorithms, command …); never a secret. */
export const ErrorInfo = z.strictObject({
  code: ErrorCode,
  data: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  detail: z.string().max(4000).optional(),
})
export type ErrorInfo = z.infer<typeof ErrorInfo>
