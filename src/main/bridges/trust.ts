/** What to do about a certificate that no authority we know has signed. Node.js goes by a list of its own. */
export const untrustedHint =
  "Set ca_file to the certificate of the authority that signed it, such as your company's own: what the operating system trusts does not count"
