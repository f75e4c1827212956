// The names are those of mace.h.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CMace
import Glibc

/// A copy of the header's macro that lives as long as the process; never written to.
nonisolated(unsafe) private let version = UnsafePointer<CChar>(strdup(MACE_VERSION))

@c @implementation
public func mace_version() -> UnsafePointer<CChar>? { version }

@c @implementation
public func mace_abi_version() -> Int32 { MACE_ABI_VERSION }

@c @implementation
public func mace_status_name(_ status: mace_status) -> UnsafePointer<CChar>? {
  let name: StaticString =
    switch status {
    case MACE_OK: "MACE_OK"
    case MACE_ERROR_ARGUMENT: "MACE_ERROR_ARGUMENT"
    case MACE_ERROR_IO: "MACE_ERROR_IO"
    case MACE_ERROR_FORMAT: "MACE_ERROR_FORMAT"
    case MACE_ERROR_UNSUPPORTED: "MACE_ERROR_UNSUPPORTED"
    case MACE_ERROR_ELEMENT: "MACE_ERROR_ELEMENT"
    case MACE_ERROR_GEOMETRY: "MACE_ERROR_GEOMETRY"
    case MACE_ERROR_MEMORY: "MACE_ERROR_MEMORY"
    case MACE_CANCELLED: "MACE_CANCELLED"
    case MACE_ERROR_INTERNAL: "MACE_ERROR_INTERNAL"
    default: "unknown status"
    }
  return name.cString
}

@c @implementation
public func mace_last_error() -> UnsafePointer<CChar>? { LastError.message }
