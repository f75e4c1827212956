import Atomistics
import ExtendedXYZ
import Foundation
import Testing

/// Numbers of edges that mace-torch finds (matscipy's neighbour list).
@Suite struct ReferenceEdgeCountTests {
  struct Count: Sendable {
    let name: String
    let cutoff: Double
    let edges: Int
  }

  static let counts: [Count] = [
    .init(name: "triclinic_24", cutoff: 5, edges: 1288),
    .init(name: "molecule_isolated", cutoff: 5, edges: 72),
    .init(name: "slab_ttf", cutoff: 5, edges: 998),
    .init(name: "slab_tft_15", cutoff: 5, edges: 368),
    .init(name: "single_atom_O", cutoff: 5, edges: 0),
    .init(name: "single_atom_Ca_pbc", cutoff: 5, edges: 0),
    .init(name: "crystal_CaO_conv8", cutoff: 5, edges: 256),
    .init(name: "crystal_CaO_prim2", cutoff: 5, edges: 64),
    .init(name: "short_contacts", cutoff: 5, edges: 20),
    .init(name: "chain_near_cutoff", cutoff: 5, edges: 4),
    .init(name: "far_apart", cutoff: 5, edges: 2),
    .init(name: "water_caco3_299", cutoff: 5, edges: 15208),
    .init(name: "chain_near_cutoff", cutoff: 6, edges: 6),
    .init(name: "crystal_CaO_conv8", cutoff: 6, edges: 640),
    .init(name: "crystal_CaO_prim2", cutoff: 6, edges: 160),
    .init(name: "far_apart", cutoff: 6, edges: 2),
    .init(name: "mixed_elements_27", cutoff: 6, edges: 1148),
    .init(name: "molecule_isolated", cutoff: 6, edges: 72),
    .init(name: "organic_all_off23", cutoff: 6, edges: 264),
    .init(name: "organic_periodic_32", cutoff: 6, edges: 2138),
    .init(name: "short_contacts", cutoff: 6, edges: 20),
    .init(name: "single_atom_Ca_pbc", cutoff: 6, edges: 0),
    .init(name: "single_atom_O", cutoff: 6, edges: 0),
    .init(name: "slab_tft_15", cutoff: 6, edges: 598),
    .init(name: "slab_ttf", cutoff: 6, edges: 1594),
    .init(name: "triclinic_24", cutoff: 6, edges: 2224),
    .init(name: "water_caco3_299", cutoff: 6, edges: 25402),
    .init(name: "water_caco3_64", cutoff: 6, edges: 5382),
  ]

  @Test(arguments: counts) func agrees(_ count: Count) throws {
    let url = try #require(
      Bundle.module.url(forResource: count.name, withExtension: "extxyz", subdirectory: "Fixtures"))
    let frames = try ExtendedXYZReader.frames(path: url.path)
    #expect(frames.count == 1)
    #expect(frames[0].info["name"] == .string(count.name))
    let list = try NeighborList(frames[0].structure, cutoff: count.cutoff)
    #expect(list.edgeCount == count.edges)
  }
}
