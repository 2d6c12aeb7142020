/** What ends a program politely: Ctrl-C, the system, and a terminal that is closed. */
export const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
