import ArgumentParser
import Diagnostics
import Glibc
import MACETool

/// Runs one command and turns its outcome into an exit code: 0 done, 1 failed, 2 used wrongly.
enum CommandLineTool {
  static func run(_ arguments: [String]) -> Int32 {
    do {
      var command = try RootCommand.parseAsRoot(try OptionFile.expand(arguments))
      try command.run()
      return 0
    } catch let error as MACEError {
      return fail(error.message, error.kind == .invalidArgument ? 2 : 1)
    } catch {
      // Help and version come as errors, too.
      if RootCommand.exitCode(for: error) == .success { return show(RootCommand.fullMessage(for: error)) }
      let command = arguments.first.flatMap { name in
        RootCommand.configuration.subcommands.contains { $0._commandName == name } ? " " + name : nil
      }
      return fail("\(RootCommand.message(for: error)) (see 'mace\(command ?? "") --help')", 2)
    }
  }

  private static func show(_ text: String) -> Int32 {
    do throws(MACEError) {
      try Console.standard.output(text + "\n")
      return 0
    } catch {
      return fail(error.message, 1)
    }
  }

  private static func fail(_ message: String, _ code: Int32) -> Int32 {
    let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    Console.standard.note("mace: error: \(line)\n")
    return code
  }
}
