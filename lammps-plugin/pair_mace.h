/* SPDX-License-Identifier: GPL-2.0-only
 *
 * pair_style mace: MACE interatomic potentials in LAMMPS, through libmace. See README.md and LICENSE.md.
 *
 *   pair_style mace [head NAME] [precision float64|float32] [threads N]
 *   pair_coeff * * FILE ELEMENT-or-NULL ...
 */
#ifndef LMP_PAIR_MACE_H
#define LMP_PAIR_MACE_H

#include "pair.h"

#include <mace.h>

#include <cstdint>
#include <exception>
#include <string>
#include <vector>

namespace LAMMPS_NS {

class PairMACE : public Pair {
 public:
  explicit PairMACE(class LAMMPS *);
  ~PairMACE() override;

  void compute(int, int) override;
  void settings(int, char **) override;
  void coeff(int, char **) override;
  void init_style() override;
  double init_one(int, int) override;
  double memory_usage() override;

  int pack_forward_comm(int, int *, double *, int, int *) override;
  void unpack_forward_comm(int, int, double *) override;
  int pack_reverse_comm(int, int, double *) override;
  void unpack_reverse_comm(int, int *, double *) override;

 private:
  // pair_style
  std::string head;    // empty: the only one
  mace_precision precision = MACE_PRECISION_IN_FILE;
  int threads = 1;

  // pair_coeff
  mace_model *model = nullptr;
  mace_calculator *calculator = nullptr;
  std::string model_file;
  std::vector<std::string> symbols;     // [ntypes + 1] element of each type, "NULL" when left out
  std::vector<int32_t> type_species;    // [ntypes + 1] species in the model, -1 when left out
  double cutoff = 0.0;                  // Å

  double energy_unit = 1.0;        // eV in LAMMPS units
  bool report_pending = false;     // the start line is written after the first evaluation

  // The graph: nodes are the owned atoms the model sees, then the ghosts. Reused from step to step.
  int64_t local_nodes = 0, ghost_nodes = 0;
  std::vector<int> node_of_atom;      // [nlocal + nghost], -1 when left out
  std::vector<int> atom_of_node;      // [nodes]
  std::vector<int32_t> species;       // [nodes]
  std::vector<double> positions;      // [nodes][3]
  std::vector<int64_t> offsets;       // [local_nodes + 1]
  std::vector<int32_t> neighbors;     // [edges]
  std::vector<double> forces;         // [nodes][3]
  std::vector<double> atomic_energies;    // [local_nodes]
  std::vector<double> atomic_virials;     // [nodes][9]

  // The part of the rows that is under way in the communication callbacks
  char *rows = nullptr;
  size_t row_bytes = 0, part_start = 0, part_bytes = 0;
  int element_bytes = 8;
  std::exception_ptr failure;    // of LAMMPS, thrown inside a callback of libmace

  void release();
  void allocate();
  void load_model();
  void create_calculator();
  void map_types(int, char **);
  void check_masses();
  void build_nodes();
  void build_edges();
  int hidden_groups() const;
  void evaluate(mace_outputs &);
  void tally(double, const double *);
  void report();
  [[noreturn]] void refuse(const std::string &);
  [[noreturn]] void coincide(int64_t, int64_t, double);
  [[noreturn]] void stop();
  std::string name_of_node(int64_t) const;
  static std::string list_of_heads(const mace_model *);

  int32_t exchange(void *, int64_t, int32_t, bool);
  static int32_t forward_exchange(void *, void *, int64_t, int32_t);
  static int32_t reverse_exchange(void *, void *, int64_t, int32_t);
};

}    // namespace LAMMPS_NS

#endif
