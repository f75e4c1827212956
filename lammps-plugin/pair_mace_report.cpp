/* SPDX-License-Identifier: GPL-2.0-only
 *
 * pair_style mace: what is written to the log, and errors.
 */
#include "pair_mace.h"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "update.h"
#include "utils.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace LAMMPS_NS;

void PairMACE::report()
{
  report_pending = false;
  const double own[4] = {static_cast<double>(local_nodes), static_cast<double>(ghost_nodes),
      static_cast<double>(neighbors.size()), memory_usage() / (1024.0 * 1024.0)};
  double low[4], high[4];
  MPI_Reduce(own, low, 4, MPI_DOUBLE, MPI_MIN, 0, world);
  MPI_Reduce(own, high, 4, MPI_DOUBLE, MPI_MAX, 0, world);
  if (comm->me != 0) return;
  std::string elements;
  for (size_t type = 1; type < symbols.size(); ++type) elements += (type > 1 ? " " : "") + symbols[type];
  const mace_model *model = members[0].model.get();
  const char *used_head = head.empty() ? mace_model_head_name(model, 0) : head.c_str();
  std::string files = members[0].file;
  for (size_t k = 1; k < members.size(); ++k) files += ", " + members[k].file;
  if (is_committee()) files += mean ? " (forces: mean)" : " (forces: first)";
  char text[512];
  snprintf(text, sizeof text,
      "head %s, %s, %s, %d layers, cutoff %g A, %d rank(s) with %d thread(s)\n"
      "  per rank: atoms %.0f to %.0f, ghosts %.0f to %.0f, edges %.0f to %.0f, memory %.1f to %.1f MB\n",
      used_head, mace_model_precision(model) == MACE_PRECISION_FLOAT32 ? "float32" : "float64",
      mace_model_instruction_set(model), static_cast<int>(mace_model_layer_count(model)), cutoff,
      comm->nprocs, threads, low[0], high[0], low[1], high[1], low[2], high[2], low[3], high[3]);
  utils::logmesg(lmp, "pair_style mace (libmace " + std::string(mace_version()) + "): model " + files
      + ", types " + elements + ", " + text);
}

/* ----------------------------------------------------------------------------------------- errors -- */

std::string PairMACE::name_of_node(int64_t node) const
{
  const int i = atom_of_node[node];
  return "atom " + std::to_string(atom->tag[i]) + " (" + symbols[atom->type[i]] + ")";
}

void PairMACE::coincide(int64_t first, int64_t second, double distance)
{
  char text[64];
  snprintf(text, sizeof text, " are %.3g Angstrom apart", distance);
  stop_at(name_of_node(first) + " and " + name_of_node(second) + text
      + ": remove one of them (delete_atoms overlap) or separate them");
}

// Debian's LAMMPS can only be given finished strings: the formatting of its headers is another {fmt}.
void PairMACE::refuse(const std::string &message)
{
  error->all(FLERR, message);
  abort();
}

// "atom 7 (counted from 0)" and "node 7 (counted from 0)" of libmace in ids of LAMMPS.
std::string PairMACE::with_ids(const std::string &message) const
{
  std::string text = message;
  for (const char *word : {"atom ", "node "}) {
    const std::string mark = " (counted from 0)";
    const size_t end = text.find(mark), start = end == std::string::npos ? end : text.rfind(word, end);
    if (start == std::string::npos) continue;
    char *digits = nullptr;
    const long node = strtol(text.c_str() + start + 5, &digits, 10);
    if (digits != text.c_str() + end || node < 0 || node >= static_cast<long>(atom_of_node.size())) continue;
    text = text.substr(0, start) + name_of_node(node) + text.substr(end + mark.size()) + surroundings(node);
  }
  return text;
}

std::string PairMACE::surroundings(int64_t node) const
{
  double nearest = INFINITY;
  int64_t other = -1;
  for (int64_t i = 0; i < local_nodes; ++i)
    for (int64_t e = offsets[i]; e < offsets[i + 1]; ++e) {
      const int64_t j = neighbors[e];
      if (i != node && j != node) continue;
      const double *a = &positions[3 * i], *b = &positions[3 * j];
      const double distance = std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
      if (distance < nearest) nearest = distance, other = i == node ? j : i;
    }
  if (other < 0) return "; no atom is near it";
  char text[48];
  snprintf(text, sizeof text, " at %.3g Angstrom", nearest);
  return "; the nearest to it is " + name_of_node(other) + text;
}

void PairMACE::stop(const Member &member)
{
  const int64_t nodes = static_cast<int64_t>(atom_of_node.size());
  for (int64_t node = 0; node < nodes; ++node) {
    const double *x = &positions[3 * node];
    if (!std::isfinite(x[0]) || !std::isfinite(x[1]) || !std::isfinite(x[2]))
      stop_at(name_of_node(node) + " has a position that is not finite");
  }
  stop_at((is_committee() ? member.file + ": " : "") + with_ids(mace_last_error()));
}

void PairMACE::stop_at(const std::string &reason)
{
  const std::string message = "pair_style mace, step " + std::to_string(update->ntimestep) + ": " + reason;
  // What other ranks than 0 write to the screen can be lost when MPI ends the run.
  if (comm->me != 0) fprintf(stderr, "ERROR on proc %d: %s\n", comm->me, message.c_str());
  error->one(FLERR, message);
  abort();    // not reached; not all versions say so
}

/* ---------------------------------------------------------------------------------- time of a run -- */

void PairMACE::start_measuring()
{
  evaluations = 0;
  seconds_graph = seconds_exchange = seconds_total = 0.0;
  for (Member &member : members) mace_calculator_measure(member.calculator.get(), 1);
}

// Per stage: the smallest, average and largest of the ranks, as in LAMMPS's own tables.
void PairMACE::report_times()
{
  if (evaluations == 0) return;
  const int stages = mace_stage_count();
  std::vector<std::string> names = {"graph"};
  std::vector<double> seconds(stages + 4, 0.0), one(stages);
  seconds[0] = seconds_graph;
  double sum = seconds_graph + seconds_exchange;
  for (int stage = 0; stage < stages; ++stage) names.push_back(mace_stage_name(stage));
  for (Member &member : members) {
    mace_calculator_stage_seconds(member.calculator.get(), one.data());
    for (int stage = 0; stage < stages; ++stage) {
      seconds[1 + stage] += one[stage] / threads;
      sum += one[stage] / threads;
    }
  }
  names.insert(names.end(), {"communication", "other", "all"});
  seconds[stages + 1] = seconds_exchange;
  seconds[stages + 2] = std::max(0.0, seconds_total - sum);
  seconds[stages + 3] = seconds_total;

  const int count = static_cast<int>(seconds.size());
  std::vector<double> low(count), average(count), high(count);
  MPI_Reduce(seconds.data(), low.data(), count, MPI_DOUBLE, MPI_MIN, 0, world);
  MPI_Reduce(seconds.data(), average.data(), count, MPI_DOUBLE, MPI_SUM, 0, world);
  MPI_Reduce(seconds.data(), high.data(), count, MPI_DOUBLE, MPI_MAX, 0, world);
  if (comm->me != 0) return;
  char line[160];
  snprintf(line, sizeof line, "\npair_style mace: %lld evaluations, seconds per stage:\n",
      static_cast<long long>(evaluations));
  std::string text = line;
  text += "Stage                    |  min time  |  avg time  |  max time  | %all\n"
          "---------------------------------------------------------------------\n";
  const double all = std::max(average[count - 1], 1e-300);
  for (int k = 0; k < count; ++k) {
    if (high[k] == 0.0) continue;
    snprintf(line, sizeof line, "%-24s | %-10.5g | %-10.5g | %-10.5g |%6.2f\n", names[k].c_str(), low[k],
        average[k] / comm->nprocs, high[k], 100.0 * average[k] / all);
    text += line;
  }
  utils::logmesg(lmp, text);
}
