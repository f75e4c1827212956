// The names are those of mace.h.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CMace
import Diagnostics
import Glibc
import MACE

/// Copies that live as long as the process; never written to.
nonisolated(unsafe) private let names = Stage.allCases.map { UnsafePointer<CChar>(strdup($0.name)) }

@c @implementation
public func mace_stage_count() -> Int32 { Int32(names.count) }

@c @implementation
public func mace_stage_name(_ stage: Int32) -> UnsafePointer<CChar>? {
  names.indices.contains(Int(stage)) ? names[Int(stage)] : nil
}

@c @implementation
public func mace_calculator_measure(_ calculator: OpaquePointer?, _ on: Int32) -> mace_status {
  status { () throws(MACEError) in
    try CalculatorHandle.at(calculator).use { (calculator) throws(MACEError) in
      calculator.isProfiling = on != 0
    }
  }
}

@c @implementation
public func mace_calculator_stage_seconds(
  _ calculator: OpaquePointer?, _ seconds: UnsafeMutablePointer<Double>?
) -> mace_status {
  status { () throws(MACEError) in
    try CalculatorHandle.at(calculator).use { (calculator) throws(MACEError) in
      let seconds = try required(seconds, "seconds")
      let profile = calculator.profile
      for stage in Stage.allCases { seconds[stage.rawValue] = profile[stage] ?? 0 }
    }
  }
}
