import Glibc

// A reader that goes away (`mace ... | head`) is an error to report, not a reason to die silently.
signal(SIGPIPE, SIG_IGN)
exit(CommandLineTool.run(Array(CommandLine.arguments.dropFirst())))
