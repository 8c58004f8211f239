import { chromium, type Browser } from 'playwright-core'

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

/** Starts Debian's Chromium without a window; as root it needs to do without its sandbox. Rejects where it is not installed. */
export async function launchChromium (): Promise<Browser> {
  return await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS })
}
