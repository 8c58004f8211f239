// `ignoreBOM` keeps byte-order marks: people's clients put them into messages, and they are to arrive.
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Decodes one line. A text frame cannot carry bytes that are no UTF-8, so such a line is read as ISO-8859-1,
 * where every byte is a character: nothing of it is lost.
 */
export function decodeLine (bytes: Uint8Array): { readonly text: string, readonly utf8: boolean } {
  try {
    return { text: strictUtf8.decode(bytes), utf8: true }
  } catch {
    return { text: Buffer.from(bytes).toString('latin1'), utf8: false }
  }
}
