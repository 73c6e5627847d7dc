import './jitless.ts'

// In a chunk of its own: what is shared by several chunks would run before this one, and with it the first schema.
void import('./start.tsx')
