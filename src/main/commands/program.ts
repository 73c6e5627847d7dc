/** What may be said after `warlink`: one subcommand a file in this folder, loaded when it is asked for. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { services } from '#shared/broker'
import { type CheckNumber, checks } from '#shared/isolation-run'
import { product } from '#shared/product'
import { exit } from './exit.ts'
import { verifyHelp } from './verify-help.ts'

export interface CommandsOptions {
  readonly version: string
  /** Folder of the built window, for `serve`. */
  readonly window: string
  /** File of the built thread that edits long configurations. */
  readonly textWorker: string
}

/** Runs the command that `args` name, without the program's own name in front. Resolves with the exit code. */
export async function runCommand(args: readonly string[], options: CommandsOptions): Promise<number> {
  let code: number = exit.good
  const program = createProgram(options, (ended) => {
    code = ended
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    // It has been told by commander already: wrong use, or help and version that were asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exit.good : exit.usage
    throw error
  }
}

/** The words that name a command, for the desktop application, which takes them too. */
export function commandNames(): string[] {
  return [
    'help',
    ...createProgram({ version: '', window: '', textWorker: '' }, () => {}).commands.map((command) => command.name()),
  ]
}

function createProgram({ version, window, textWorker }: CommandsOptions, end: (code: number) => void): Command {
  const program = new Command(product.cli)
    .description(`${product.name}: PLC tags to MQTT, Valkey and Kafka under one namespace, and writes back.`)
    .version(version, '-v, --version')
    .helpOption('-h, --help')
    .showHelpAfterError('(see warlink --help)')
    .exitOverride()

  const config = new Option('-c, --config <file>', 'configuration file; absent: the one in your configuration folder')
  const namespace = new Option('--namespace <name>', "use this namespace instead of the file's")

  program
    .command('run', { isDefault: true })
    .description('run the gateway without a window (the default command)')
    .addOption(config)
    .addOption(namespace)
    .option('--log <file>', 'write the log to a file too, rotated by size')
    .option(
      '--log-debug <areas>',
      'debug lines of these areas: mqtt,valkey,kafka,logix,writeback,tags,gateway or all',
      list,
    )
    .action(async (options) => end(await (await import('./run.ts')).run({ ...options, version, textWorker })))

  program
    .command('serve')
    .description('run the gateway with its window in a browser on this computer')
    .addOption(config)
    .addOption(namespace)
    .option('--port <number>', 'port of the window on 127.0.0.1; 0: a free one', whole(0, 65_535), 0)
    .option('--host <address>', 'show the window to other computers too; needs the three files:')
    .option('--tls-cert <file>', 'certificate (PEM, with its chain)')
    .option('--tls-key <file>', 'private key of the certificate (PEM)')
    .option('--password-file <file>', 'file with the password in its first line')
    .option('--open', 'open the window in the default browser')
    .option('--demo', 'the demo site in place of a configuration: two simulated controllers and an MQTT broker')
    .option('--log <file>', 'write the log to a file too, rotated by size')
    .option('--log-debug <areas>', 'debug lines of these areas, as for run', list)
    .action(async (options) =>
      end(await (await import('./serve.ts')).serve({ ...options, version, window, textWorker })),
    )

  program
    .command('check')
    .description('validate the configuration and print every name derived from it')
    .addOption(config)
    .addOption(namespace)
    .option('--json', 'as JSON')
    .action(async (options) => end(await (await import('./check.ts')).check(options)))

  program
    .command('explain')
    .description('say what would become of a write request, step by step, without sending it')
    .argument('<address>', "where it is sent: 'factory-a/Main PLC/write', factory-a:writes or factory-a-writes")
    .argument('<payload>', 'the message, as JSON')
    .addOption(config)
    .addOption(namespace)
    .addOption(new Option('--via <service>', 'the broker it goes through').choices(services).makeOptionMandatory())
    .option('--retained', 'as if it were published with the retain flag (MQTT)', false)
    .option('--json', 'as JSON')
    .action(async (address, payload, options) =>
      end(await (await import('./explain.ts')).explain({ address, payload, ...options })),
    )

  program
    .command('simulate')
    .description(
      'run a simulated Logix controller with a demo process; lines on standard input switch faults (try: help)',
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'TCP port; 0: a free one', whole(0, 65_535), 44_818)
    .option('--serial <number>', 'serial number, hexadecimal; absent: made from host and port', serial)
    .option('--tags <set>', 'demo, guide, clients, bench:<count> or bench-udt:<count>', 'demo')
    .addOption(
      new Option('--profile <name>', 'kind of controller')
        .choices(['logix5580', 'logix5570', 'enbt', 'micro800'])
        .default('logix5580'),
    )
    .option('--packet-time <ms>', 'time the controller takes for each packet, in ms', whole(0, 10_000), 0)
    .option('--max-connections <number>', 'connections it has', whole(1, 1_000))
    .option(
      '--max-bytes <number>',
      'largest connection, in bytes; up to 511 no large one is opened',
      whole(100, 65_535),
    )
    .action(async (options) => end(await (await import('./simulate.ts')).simulate(options)))

  program
    .command('demo')
    .description('run the demo site: two simulated controllers, an MQTT broker, a gateway; nothing else is needed')
    .option('--log-debug <areas>', 'debug lines of these areas', list)
    .action(async (options) => end(await (await import('./demo.ts')).demo({ ...options, version })))

  program
    .command('status')
    .description('say how the gateway that runs on a configuration is doing')
    .addOption(config)
    .option('--json', 'as JSON')
    .action(async (options) => end(await (await import('./status.ts')).status(options)))

  program
    .command('claim')
    .description('say who may write under the namespace of a running gateway, or take it over')
    .addOption(config)
    .option('--json', 'as JSON')
    .option('--take', 'take the namespace over from the site it belongs to; needs the three options below')
    .option('--namespace <name>', 'the namespace, typed as it is')
    .option('--name <person>', 'who takes it over')
    .option('--reason <text>', 'why')
    .option('--clear', 'say that a contest is over: the other one is stopped')
    .action(async (options) => end(await (await import('./claim.ts')).claim(options)))

  program
    .command('verify')
    .description('make the isolation run: twelve checks that this instance is alone in its namespace')
    .addOption(config)
    .addOption(namespace)
    .option('--report <file>', 'write the report there, .html or .json; may be given twice', collect)
    .option('--sibling <file>', 'configuration of another site that agrees: writes must not cross between the two')
    .option('--checks <numbers>', 'these checks alone (9,11); the others stay as in the last report', checkNumbers)
    .option('--json', 'the report as JSON on standard output')
    .option('--demo', 'the demo site in place of a configuration')
    .option('--log <file>', 'write the log of a gateway started for the run to a file')
    .option('--log-debug <areas>', 'its log on standard error, with debug lines of these areas', list)
    .addHelpText('after', `\n${verifyHelp}`)
    .action(async (options) => end(await (await import('./verify.ts')).verify({ ...options, version })))
  return program
}

function collect(file: string, files: readonly string[] = []): string[] {
  return [...files, file]
}

function checkNumbers(text: string): CheckNumber[] {
  return list(text).map((word) => {
    const found = checks.find(({ number }) => String(number) === word)
    if (!found) throw new InvalidArgumentError('Expected numbers from 1 to 12, with commas between them.')
    return found.number
  })
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function whole(min: number, max: number) {
  return (text: string): number => {
    const number = Number(text)
    if (!/^\d+$/.test(text) || number < min || number > max)
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`)
    return number
  }
}

function serial(text: string): number {
  const number = Number.parseInt(text.replace(/^0x/i, ''), 16)
  if (!/^(0x)?[0-9a-f]{1,8}$/i.test(text) || number === 0)
    throw new InvalidArgumentError('Expected up to eight hexadecimal digits, not 0.')
  return number
}
