/** A file's text, put into the bundle at build time. */
declare module '*?raw' {
  const text: string
  export default text
}
