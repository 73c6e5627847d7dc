/** Offers a text as a file: the browser's download, or the dialog of the desktop. */
export function download(name: string, text: string, type = 'text/plain'): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
  // The browser has read it by then; the memory is given back.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
