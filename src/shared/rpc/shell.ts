/**
 * What passes between the desktop's window and its main process. A connection has an id of its own, made by the window;
 * its frames travel as text, as on a WebSocket, so that both hosts carry exactly the same.
 */

/** The one channel, both ways: `(connection, text)`, or `(connection, null, why)` at its end. */
export const shellChannel = 'wire'

/** What the preload gives to the page as `window.warlink`. */
export interface ShellBridge {
  /** Sends the text of a frame; `null` ends the connection. */
  send(connection: string, text: string | null): void
  /** Hears the other end. One listener; the last one set counts. */
  onFrame(listener: (connection: string, text: string | null, why?: string) => void): void
}
