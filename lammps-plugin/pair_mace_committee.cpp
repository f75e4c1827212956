/* SPDX-License-Identifier: GPL-2.0-only
 *
 * pair_style mace with several models: how far they disagree. Definitions and the layout of the file are those
 * of DeePMD-kit (doc/test/model-deviation.md and doc/third-party/lammps-command.md of its v3.1), with the
 * deviation of the energy as one more column. < > is the mean over the models, N the number of atoms:
 *
 *   force of atom i   sqrt(<|F_i - <F_i>|^2>)          relative L:    divided by |<F_i>| + L
 *   virial, per atom  sqrt(<(W_ab - <W_ab>)^2>) / N    relative_v L:  divided by |<W>| / N + L
 *   energy, per atom  sqrt(<(E - <E>)^2>) / N
 *
 * Of the forces: largest, smallest and mean over the atoms; of the nine virials: largest, smallest and root mean
 * square. Differences are taken to the first model, so that models that are the same deviate by exactly 0.
 */
#include "pair_mace.h"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "update.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <utility>

using namespace LAMMPS_NS;

static const char *const deviation_names[PairMACE::DEVIATIONS] = {
    "max_devi_v", "min_devi_v", "avg_devi_v", "max_devi_f", "min_devi_f", "avg_devi_f", "devi_e"};

// Standard deviation of the vectors values[model][start ... start + width - 1], and their mean.
static double spread(
    const std::vector<std::vector<double>> &values, size_t start, int width, double *mean)
{
  const double count = static_cast<double>(values.size());
  double squares = 0.0;
  for (int d = 0; d < width; ++d) {
    const double first = values[0][start + d];
    double shift = 0.0, square = 0.0;
    for (const auto &row : values) shift += (row[start + d] - first) / count;
    for (const auto &row : values) square += std::pow(row[start + d] - first - shift, 2);
    mean[d] = first + shift;
    squares += square / count;
  }
  return std::sqrt(squares);
}

// Whether the last evaluation was of this step and these atoms, on all ranks.
bool PairMACE::forces_are_known() const
{
  int known = graph_step == update->ntimestep
      && node_of_atom.size() == static_cast<size_t>(atom->nlocal) + static_cast<size_t>(atom->nghost);
  MPI_Allreduce(MPI_IN_PLACE, &known, 1, MPI_INT, MPI_MIN, world);
  return known != 0;
}

void PairMACE::find_deviations()
{
  if (!forces_are_known())
    refuse("compute mace/deviation: the forces of this step are not known yet");
  if (deviations_known) return;
  const double start = MPI_Wtime();
  for (; evaluated < members.size(); ++evaluated) evaluate(members[evaluated], false, false, false, true);

  std::vector<std::vector<double>> forces, totals;    // totals: 9 virials and the energy, over all ranks
  for (const Member &member : members) {
    forces.push_back(summed_forces(member));
    double own[10];
    std::copy(member.virial, member.virial + 9, own);
    own[9] = member.energy;
    totals.emplace_back(10);
    MPI_Allreduce(own, totals.back().data(), 10, MPI_DOUBLE, MPI_SUM, world);
  }
  double mean[3], norm = 0.0, atoms = static_cast<double>(local_nodes);
  force_deviation.resize(local_nodes);
  for (int64_t node = 0; node < local_nodes; ++node) {
    force_deviation[node] = spread(forces, 3 * node, 3, mean);
    if (relative >= 0.0)
      force_deviation[node] /= std::hypot(mean[0], mean[1], mean[2]) + relative / energy_unit;
  }
  MPI_Allreduce(MPI_IN_PLACE, &atoms, 1, MPI_DOUBLE, MPI_SUM, world);
  atoms = std::max(1.0, atoms);
  for (int c = 0; c < 9; ++c) {
    virial_deviation[c] = spread(totals, c, 1, mean) / atoms;
    norm += mean[0] * mean[0];
  }
  if (relative_v >= 0.0)
    for (double &deviation : virial_deviation)
      deviation /= std::sqrt(norm) / atoms + relative_v / energy_unit;
  energy_deviation = spread(totals, 9, 1, mean) / atoms;
  deviations_known = true;
  seconds_total += MPI_Wtime() - start;
}

void PairMACE::deviation(int groupbit, double values[DEVIATIONS])
{
  find_deviations();
  const double force_unit = relative >= 0.0 ? 1.0 : energy_unit;
  const double virial_unit = relative_v >= 0.0 ? 1.0 : energy_unit;
  const auto ends = std::minmax_element(virial_deviation, virial_deviation + 9);
  double square = 0.0;
  for (double v : virial_deviation) square += v * v / 9.0;

  double largest[2] = {-1e300, -1e300}, sums[2] = {0.0, 0.0};    // the smallest as the largest of -x
  for (int64_t node = 0; node < local_nodes; ++node) {
    if (!(atom->mask[atom_of_node[node]] & groupbit)) continue;
    const double x = force_deviation[node];
    largest[0] = std::max(largest[0], x);
    largest[1] = std::max(largest[1], -x);
    sums[0] += x;
    sums[1] += 1.0;
  }
  MPI_Allreduce(MPI_IN_PLACE, largest, 2, MPI_DOUBLE, MPI_MAX, world);
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, world);
  const bool some = sums[1] > 0.0;
  const double all[DEVIATIONS] = {virial_unit * *ends.second, virial_unit * *ends.first,
      virial_unit * std::sqrt(square), some ? force_unit * largest[0] : 0.0,
      some ? -force_unit * largest[1] : 0.0, some ? force_unit * sums[0] / sums[1] : 0.0,
      energy_unit * energy_deviation};
  std::copy(all, all + DEVIATIONS, values);
}

// per_atom [nlocal]: 0 for atoms outside the group and those that the model does not see.
void PairMACE::deviation_of_atoms(int groupbit, double *per_atom)
{
  find_deviations();
  std::fill(per_atom, per_atom + atom->nlocal, 0.0);
  for (int64_t node = 0; node < local_nodes; ++node) {
    const int i = atom_of_node[node];
    if (atom->mask[i] & groupbit) per_atom[i] = (relative >= 0.0 ? 1.0 : energy_unit) * force_deviation[node];
  }
}

/* ---------------------------------------------------------------------------------------- extract -- */

void *PairMACE::extract(const char *name, int &dim)
{
  for (int k = 0; k < DEVIATIONS; ++k) {
    if (strcmp(name, deviation_names[k]) != 0) continue;
    if (!is_committee() || !forces_are_known()) return nullptr;
    dim = 0;    // a number
    deviation(1, extracted);    // all atoms are in group 1, "all"
    return &extracted[k];
  }
  return nullptr;
}

void *PairMACE::extract_peratom(const char *name, int &columns)
{
  if (strcmp(name, "devi_f") != 0 || !is_committee()) return nullptr;
  columns = 0;    // one number per atom
  if (!forces_are_known()) return nullptr;
  extracted_of_atoms.resize(atom->nmax);
  deviation_of_atoms(1, extracted_of_atoms.data());
  return extracted_of_atoms.data();
}

/* ------------------------------------------------------------------------------------------- file -- */

void PairMACE::write_deviations()
{
  // The first step of a run is the last of the run before.
  if (update->ntimestep == out_step) return;
  out_step = update->ntimestep;
  double values[DEVIATIONS];
  deviation(1, values);
  if (comm->me == 0) {
    if (out == nullptr) {
      out = fopen(out_file.c_str(), "w");
      if (out == nullptr)
        error->one(FLERR, "pair_style mace: cannot write " + out_file + "; check its folder and permissions");
      fprintf(out, "#%11s", "step");
      for (const char *name : deviation_names) fprintf(out, " %18s", name);
      fprintf(out, atomic ? " %18s\n" : "\n", "atm_devi_f(N)");
    }
    fprintf(out, "%12lld", static_cast<long long>(out_step));
    for (double value : values) fprintf(out, " %18.6e", value);
  }
  if (atomic) write_atomic_deviations();
  if (comm->me != 0) return;
  fputc('\n', out);
  if (fflush(out) != 0) error->one(FLERR, "pair_style mace: cannot write " + out_file + ": is the disk full?");
}

// In the order of the atoms' ids.
void PairMACE::write_atomic_deviations()
{
  std::vector<double> own;    // id, deviation
  const double unit = relative >= 0.0 ? 1.0 : energy_unit;
  for (int64_t node = 0; node < local_nodes; ++node) {
    own.push_back(static_cast<double>(atom->tag[atom_of_node[node]]));
    own.push_back(unit * force_deviation[node]);
  }
  int count = static_cast<int>(own.size());
  std::vector<int> counts(comm->nprocs), starts(comm->nprocs + 1, 0);
  MPI_Gather(&count, 1, MPI_INT, counts.data(), 1, MPI_INT, 0, world);
  for (int rank = 0; rank < comm->nprocs; ++rank) starts[rank + 1] = starts[rank] + counts[rank];
  std::vector<std::pair<double, double>> all(starts.back() / 2);
  static_assert(sizeof all[0] == 2 * sizeof(double), "pairs are received as two numbers");
  MPI_Gatherv(own.data(), count, MPI_DOUBLE, all.data(), counts.data(), starts.data(), MPI_DOUBLE, 0, world);
  if (comm->me != 0) return;
  std::sort(all.begin(), all.end());
  for (const auto &entry : all) fprintf(out, " %18.6e", entry.second);
}
