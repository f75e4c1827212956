import Glibc

/// Runs gnuplot on a script.
enum Gnuplot {
  /// Draws `name`.svg and `name`.png with `name`.gp in `folder`; `path` is `folder`/`name` as the user wrote it.
  static func draw(_ name: String, in folder: String, path: String) -> FigureFiles {
    unlink(path + ".svg")
    unlink(path + ".png")
    // The script names its files without folder; its own process goes there.
    let code = run(["gnuplot", "-d", "-e", "cd \(folder.gnuplotQuoted)", name + ".gp"])
    let hasPictures = code == 0 && access(path + ".svg", R_OK) == 0 && access(path + ".png", R_OK) == 0
    var warning: String?
    if !hasPictures {
      warning =
        code == -Int(ENOENT) || code == 127
        ? "\(path).svg, .png: gnuplot is not installed, so only the data and the script were written; after "
          + "'apt-get install gnuplot-nox' run 'gnuplot \(name).gp' in \(folder)"
        : "\(path).svg, .png: gnuplot failed (exit code \(code)); run 'gnuplot \(name).gp' in \(folder) to see why"
    }
    return FigureFiles(
      data: path + ".dat", script: path + ".gp", svg: hasPictures ? path + ".svg" : nil,
      png: hasPictures ? path + ".png" : nil, warning: warning)
  }

  /// The exit code of a command with its output thrown away; negative errno when it could not be started.
  private static func run(_ arguments: [String]) -> Int {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var process = pid_t()
    let failure = posix_spawnp(&process, arguments[0], &actions, nil, &pointers, environ)
    guard failure == 0 else { return -Int(failure) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      if errno != EINTR { return -Int(errno) }
    }
    return status & 0x7f == 0 ? Int(status >> 8 & 0xff) : 128 + Int(status & 0x7f)
  }
}
