/** The logger, for the commands and the desktop that make one. Everybody else gets a `Log` passed in. */
export { areasProblem, createLogger, type Logger, type LoggerOptions } from './log/logger.ts'
