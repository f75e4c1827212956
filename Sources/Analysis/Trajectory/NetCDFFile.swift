import CNetCDF
import Diagnostics

/// An open NetCDF file, for reading.
final class NetCDFFile {
  let path: String
  private let id: Int32

  init(_ path: String) throws(MACEError) {
    var id: Int32 = 0
    let status = nc_open(path, NC_NOWRITE, &id)
    guard status == NC_NOERR else {
      throw MACEError(
        .format, "\(path): cannot open the NetCDF file: \(String(cString: nc_strerror(status)))")
    }
    self.path = path
    self.id = id
  }

  deinit { nc_close(id) }

  func has(_ name: String) -> Bool {
    var variable: Int32 = 0
    return nc_inq_varid(id, name, &variable) == NC_NOERR
  }

  /// The lengths of the dimensions of a variable.
  func shape(of name: String) throws(MACEError) -> [Int] {
    let variable = try variable(name)
    var rank: Int32 = 0
    try check(nc_inq_varndims(id, variable, &rank), name)
    var dimensions = [Int32](repeating: 0, count: Int(rank))
    try check(nc_inq_vardimid(id, variable, &dimensions), name)
    var lengths: [Int] = []
    for dimension in dimensions {
      var length = 0
      try check(nc_inq_dimlen(id, dimension, &length), name)
      lengths.append(length)
    }
    return lengths
  }

  /// Part of a variable as doubles, of whatever numeric type it is; `_FillValue` and scale are left alone.
  func reals(_ name: String, start: [Int], count: [Int]) throws(MACEError) -> [Double] {
    let shape = try shape(of: name)
    guard shape.count == start.count, zip(shape, zip(start, count)).allSatisfy({ $1.0 + $1.1 <= $0 }) else {
      throw MACEError(.format, "\(path): '\(name)' has the shape \(shape), which is not AMBER's convention")
    }
    var values = [Double](repeating: 0, count: count.reduce(1, *))
    try check(nc_get_vara_double(id, try variable(name), start, count, &values), name)
    return values
  }

  /// A number that is an attribute of a variable; nil if there is none.
  func number(_ attribute: String, of name: String) -> Double? {
    var variable: Int32 = 0
    var value = 0.0
    guard nc_inq_varid(id, name, &variable) == NC_NOERR, length(of: attribute, variable) == 1,
      nc_get_att_double(id, variable, attribute, &value) == NC_NOERR
    else { return nil }
    return value
  }

  /// A text that is an attribute of the file; nil if there is none.
  func text(_ attribute: String) -> String? {
    guard let length = length(of: attribute, NC_GLOBAL), length < 1 << 16 else { return nil }
    var bytes = [CChar](repeating: 0, count: length)
    guard nc_get_att_text(id, NC_GLOBAL, attribute, &bytes) == NC_NOERR else { return nil }
    return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private func length(of attribute: String, _ variable: Int32) -> Int? {
    var length = 0
    return nc_inq_attlen(id, variable, attribute, &length) == NC_NOERR ? length : nil
  }

  private func variable(_ name: String) throws(MACEError) -> Int32 {
    var variable: Int32 = 0
    guard nc_inq_varid(id, name, &variable) == NC_NOERR else {
      throw MACEError(
        .format, "\(path): there is no '\(name)'; this is no trajectory in AMBER's NetCDF convention")
    }
    return variable
  }

  private func check(_ status: Int32, _ name: String) throws(MACEError) {
    guard status == NC_NOERR else {
      throw MACEError(.format, "\(path): cannot read '\(name)': \(String(cString: nc_strerror(status)))")
    }
  }
}
