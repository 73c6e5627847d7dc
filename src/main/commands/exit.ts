/**
 * Exit codes: 0 good, 1 failed while running, 64 wrong use or wrong configuration (`EX_USAGE` of sysexits.h). `verify`
 * has three more: 2 something is not proven, 69 the checks could not be made (`EX_UNAVAILABLE`), 130 cancelled.
 */
export const exit = { good: 0, failed: 1, notProven: 2, usage: 64, unavailable: 69, cancelled: 130 } as const
