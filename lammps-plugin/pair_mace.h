/* SPDX-License-Identifier: GPL-2.0-only
 *
 * pair_style mace: MACE interatomic potentials in LAMMPS, through libmace. See README.md and LICENSE.md.
 *
 *   pair_style mace [keyword value ...]
 *   pair_coeff * * FILE [FILE ...] ELEMENT-or-NULL ...
 *
 *   pair_mace.cpp             the graph and its evaluation
 *   pair_mace_settings.cpp    pair_style, pair_coeff, init
 *   pair_mace_exchange.cpp    communication between the layers
 *   pair_mace_committee.cpp   several models: deviations and their file
 *   pair_mace_report.cpp      what is written to the log, and errors
 */
#ifndef LMP_PAIR_MACE_H
#define LMP_PAIR_MACE_H

#include "pair.h"

#include <mace.h>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
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

  // For the C and Python interfaces of LAMMPS and for fix pair, in LAMMPS units; all ranks must ask. nullptr when
  // the deviation is not known. (No override: the LAMMPS of 2021 has no extract_peratom.)
  void *extract(const char *, int &) override;
  void *extract_peratom(const char *, int &);

  // Standard deviations over the models, in LAMMPS units. "Three" are largest, smallest and average.
  static constexpr int DEVIATIONS = 7;
  bool is_committee() const { return members.size() > 1; }
  void deviation(int groupbit, double values[DEVIATIONS]);    // virial: three; force: three; energy per atom
  void deviation_of_atoms(int groupbit, double *per_atom);

  // Time of a run, for fix MACE/REPORT
  void start_measuring();
  void report_times();

 private:
  // Numbers per atom in one message. Fixed, because hybrid styles and Comm size their buffers by comm_forward
  // before the model is known; wider rows go in several messages.
  static constexpr int MESSAGE_WIDTH = 256;

  struct Free {
    void operator()(mace_model *model) const { mace_model_free(model); }
    void operator()(mace_calculator *calculator) const { mace_calculator_free(calculator); }
  };
  // One model, and its results at the atoms of the last step.
  struct Member {
    std::string file;
    std::unique_ptr<mace_model, Free> model;
    std::unique_ptr<mace_calculator, Free> calculator;
    std::vector<int32_t> species_of_type;    // [ntypes + 1] species in the model, -1 when left out
    double energy = 0.0, virial[9] = {0.0};
    std::vector<double> forces;             // [nodes][3]
    std::vector<double> atomic_energies;    // [local_nodes]
    std::vector<double> atomic_virials;     // [nodes][9]
    std::vector<double> heat_flux_virials;  // [nodes][9]
  };

  // pair_style
  std::string head;    // empty: the only one
  mace_precision precision;
  int threads;
  double max_force;    // LAMMPS units; 0: no limit
  bool mean;           // forces are the mean of the committee, not those of the first model
  bigint out_freq;     // steps between rows of out_file; 0: never
  std::string out_file, committee_word;    // the last keyword given that needs several models
  double relative, relative_v;             // negative: absolute deviations
  bool atomic;

  // pair_coeff
  std::vector<Member> members;
  std::vector<std::string> symbols;    // [ntypes + 1] element of each type, "NULL" when left out
  double cutoff = 0.0;                 // Å, the largest

  double energy_unit = 1.0;        // eV in LAMMPS units
  bool report_pending = false;     // the start line is written after the first evaluation
  std::string report_id;           // of our fix MACE/REPORT

  // The graph: nodes are the owned atoms the model sees, then the ghosts. Reused from step to step.
  bigint graph_step = -1;
  int64_t local_nodes = 0, ghost_nodes = 0;
  std::vector<int> node_of_atom;      // [nlocal + nghost], -1 when left out
  std::vector<int> atom_of_node;      // [nodes]
  std::vector<int32_t> species;       // [nodes]
  std::vector<double> positions;      // [nodes][3]
  std::vector<int64_t> offsets;       // [local_nodes + 1]
  std::vector<int32_t> neighbors;     // [edges]

  // Deviations at the last step, once they were asked for
  bool deviations_known = false;
  size_t evaluated = 0;                   // how many members have results of this step
  std::vector<double> force_deviation;    // [local_nodes], eV/Å, or relative
  double virial_deviation[9] = {0.0}, energy_deviation = 0.0;
  double extracted[DEVIATIONS] = {0.0};      // what extract() and extract_peratom() point to
  std::vector<double> extracted_of_atoms;    // [nlocal]
  FILE *out = nullptr;
  bigint out_step = -1;

  // Seconds since start_measuring()
  int64_t evaluations = 0;
  double seconds_graph = 0.0, seconds_exchange = 0.0, seconds_total = 0.0;

  // The part of the rows that is under way in the communication callbacks
  char *rows = nullptr;
  size_t row_bytes = 0, part_start = 0, part_bytes = 0;
  int element_bytes = 8;
  std::exception_ptr failure;    // of LAMMPS, thrown inside a callback of libmace

  void reset_settings();
  void parse_keyword(const std::string &, const std::string &);
  void release();
  void allocate();
  void load_model(Member &);
  void create_calculator(Member &);
  void map_types(Member &, char **);
  void check_masses();

  void build_nodes();
  void build_edges();
  int hidden_groups() const;
  bool sees_type(int type) const { return members[0].species_of_type[type] >= 0; }
  void evaluate(Member &, bool atomic_energies, bool atomic_virials, bool heat_flux_virials, bool virial);
  void tally(const Member &, double weight);
  std::vector<double> summed_forces(const Member &);
  void check_forces();

  bool forces_are_known() const;
  void find_deviations();
  void write_deviations();
  void write_atomic_deviations();

  void report();
  [[noreturn]] void refuse(const std::string &);
  [[noreturn]] void coincide(int64_t, int64_t, double);
  [[noreturn]] void stop(const Member &);
  [[noreturn]] void stop_at(const std::string &);
  std::string name_of_node(int64_t) const;
  std::string surroundings(int64_t) const;
  std::string with_ids(const std::string &) const;
  static std::string list_of_heads(const mace_model *);

  int32_t exchange(void *, int64_t, int32_t, bool);
  static int32_t forward_exchange(void *, void *, int64_t, int32_t);
  static int32_t reverse_exchange(void *, void *, int64_t, int32_t);
};

}    // namespace LAMMPS_NS

#endif
