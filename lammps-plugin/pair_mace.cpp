/* SPDX-License-Identifier: GPL-2.0-only
 *
 * This program is free software; you can redistribute it and/or modify it under the terms of version 2 of the
 * GNU General Public License as published by the Free Software Foundation. See LICENSE.md.
 *
 * Each rank hands libmace the atoms it owns and its ghosts within cutoff + skin. Between the layers of the
 * network libmace asks for the features of the ghosts (forward communication) and, on the way back, for the
 * sum of the adjoints at their owners (reverse communication). That makes the result exact with ghosts within
 * one cutoff, whatever the number of layers and ranks.
 *
 * Written for LAMMPS 29 Sep 2021 (MACE_LAMMPS_2021 defined) and for those with Neighbor::add_request().
 */
#include "pair_mace.h"

#include "atom.h"
#include "force.h"
#include "memory.h"
#include "modify.h"
#include "neigh_list.h"
#include "neighbor.h"
#include "update.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;

// Atoms closer than this are one atom given twice, as in a data file that repeats those of a boundary, Å.
static constexpr double TOO_CLOSE = 1e-3;

PairMACE::PairMACE(LAMMPS *lmp) : Pair(lmp)
{
  single_enable = 0;
  restartinfo = 0;
  one_coeff = 1;
  manybody_flag = 1;
  no_virial_fdotr_compute = 1;
  centroidstressflag = CENTROID_AVAIL;
  comm_forward = MESSAGE_WIDTH;
  comm_reverse = MESSAGE_WIDTH;
  reset_settings();
}

PairMACE::~PairMACE()
{
  if (copymode) return;
  release();
  if (!report_id.empty() && modify->find_fix(report_id) >= 0) modify->delete_fix(report_id);
  if (allocated) {
    memory->destroy(setflag);
    memory->destroy(cutsq);
  }
}

void PairMACE::release()
{
  members.clear();
  if (out != nullptr) fclose(out);
  out = nullptr;
  out_step = -1;
  deviations_known = false;
}

double PairMACE::memory_usage()
{
  double bytes = Pair::memory_usage();
  for (const Member &member : members) {
    bytes += std::max<int64_t>(0, mace_calculator_workspace_bytes(member.calculator.get()));
    bytes += sizeof(double) * (member.forces.capacity() + member.atomic_energies.capacity()
        + member.atomic_virials.capacity() + member.heat_flux_virials.capacity());
  }
  bytes += sizeof(int) * (node_of_atom.capacity() + atom_of_node.capacity());
  bytes += sizeof(int32_t) * (species.capacity() + neighbors.capacity());
  bytes += sizeof(int64_t) * offsets.capacity();
  bytes += sizeof(double)
      * (positions.capacity() + force_deviation.capacity() + extracted_of_atoms.capacity());
  return bytes;
}

/* ------------------------------------------------------------------------------------------ graph -- */

// Groups whose atoms are excluded from all others (neigh_modify exclude group G all), as fix gcmc does with
// atoms that are not there: the model must not see them, or they would count with their E0.
int PairMACE::hidden_groups() const
{
  int bits = 0;
  for (int k = 0; k < neighbor->nex_group; ++k) {
    if (neighbor->ex1_bit[k] == 1) bits |= neighbor->ex2_bit[k];
    if (neighbor->ex2_bit[k] == 1) bits |= neighbor->ex1_bit[k];
  }
  return bits;
}

void PairMACE::build_nodes()
{
  const int nlocal = atom->nlocal, nall = nlocal + atom->nghost, hidden = hidden_groups();
  node_of_atom.assign(nall, -1);
  atom_of_node.clear();
  positions.clear();
  const auto add = [&](int i) {
    if (!sees_type(atom->type[i]) || (atom->mask[i] & hidden)) return;
    node_of_atom[i] = static_cast<int>(atom_of_node.size());
    atom_of_node.push_back(i);
    positions.insert(positions.end(), atom->x[i], atom->x[i] + 3);
  };
  for (int k = 0; k < list->inum; ++k)
    if (list->ilist[k] < nlocal) add(list->ilist[k]);
  local_nodes = static_cast<int64_t>(atom_of_node.size());
  for (int i = nlocal; i < nall; ++i) add(i);
  ghost_nodes = static_cast<int64_t>(atom_of_node.size()) - local_nodes;
}

void PairMACE::build_edges()
{
  const double reach = cutoff * cutoff;
  offsets.clear();
  offsets.push_back(0);
  neighbors.clear();
  for (int64_t node = 0; node < local_nodes; ++node) {
    const int i = atom_of_node[node];
    const double *a = atom->x[i];
    const int *candidates = list->firstneigh[i];
    for (int k = 0; k < list->numneigh[i]; ++k) {
      const int j = candidates[k] & NEIGHMASK;
      if (node_of_atom[j] < 0) continue;
      const double *b = atom->x[j];
      const double dx = b[0] - a[0], dy = b[1] - a[1], dz = b[2] - a[2];
      const double square = dx * dx + dy * dy + dz * dz;
      // Written so that what is not a number goes on to libmace, which refuses it.
      if (square >= reach) continue;
      if (square < TOO_CLOSE * TOO_CLOSE) coincide(node, node_of_atom[j], std::sqrt(square));
      neighbors.push_back(node_of_atom[j]);
    }
    offsets.push_back(static_cast<int64_t>(neighbors.size()));
  }
}

/* ---------------------------------------------------------------------------------------- compute -- */

void PairMACE::compute(int eflag, int vflag)
{
  const double start = MPI_Wtime();
  ev_init(eflag, vflag);
  build_nodes();
  build_edges();
  seconds_graph += MPI_Wtime() - start;

  graph_step = update->ntimestep;
  deviations_known = false;
  evaluated = 0;
  const size_t drivers = mean ? members.size() : 1;
  for (size_t k = 0; k < drivers; ++k) {
    // The virial of a committee may be asked for later, for its deviation.
    evaluate(members[k], eflag_atom, vflag_atom, cvflag_atom, vflag_global || is_committee());
    ++evaluated;
    tally(members[k], energy_unit / drivers);
  }
  if (max_force > 0.0) check_forces();
  ++evaluations;
  seconds_total += MPI_Wtime() - start;
  if (is_committee() && out_freq > 0 && update->ntimestep % out_freq == 0) write_deviations();
  if (report_pending) report();
}

void PairMACE::evaluate(
    Member &member, bool atomic_energies, bool atomic_virials, bool heat_flux_virials, bool virial)
{
  const size_t nodes = atom_of_node.size();
  // Never empty: a pointer to nothing means "not wanted" or "missing".
  species.resize(std::max<size_t>(1, nodes));
  for (size_t node = 0; node < nodes; ++node)
    species[node] = member.species_of_type[atom->type[atom_of_node[node]]];
  positions.reserve(3);
  neighbors.reserve(1);
  member.forces.resize(3 * std::max<size_t>(1, nodes));
  mace_outputs outputs = MACE_OUTPUTS_INIT;
  outputs.energy = &member.energy;
  outputs.forces = member.forces.data();
  if (virial) outputs.virial = member.virial;
  if (atomic_energies) {
    member.atomic_energies.resize(std::max<size_t>(1, local_nodes));
    outputs.atomic_energies = member.atomic_energies.data();
  }
  if (atomic_virials) {
    member.atomic_virials.resize(9 * std::max<size_t>(1, nodes));
    outputs.atomic_virials = member.atomic_virials.data();
  }
  if (heat_flux_virials) {
    member.heat_flux_virials.resize(9 * std::max<size_t>(1, nodes));
    outputs.heat_flux_virials = member.heat_flux_virials.data();
  }
  mace_exchange exchange = MACE_EXCHANGE_INIT;
  exchange.context = this;
  exchange.forward = &PairMACE::forward_exchange;
  exchange.reverse = &PairMACE::reverse_exchange;
  const mace_status status = mace_evaluate_neighbors(member.calculator.get(), local_nodes, ghost_nodes,
      species.data(), positions.data(), offsets.data(), neighbors.data(), &exchange, &outputs);
  if (failure) {
    std::exception_ptr thrown = failure;
    failure = nullptr;
    std::rethrow_exception(thrown);
  }
  if (status != MACE_OK) stop(member);
}

// A share of one rank need not be symmetric; the sum over ranks is.
static void symmetric(const double *w, double six[6])
{
  six[0] = w[0];
  six[1] = w[4];
  six[2] = w[8];
  six[3] = 0.5 * (w[1] + w[3]);
  six[4] = 0.5 * (w[2] + w[6]);
  six[5] = 0.5 * (w[5] + w[7]);
}

void PairMACE::tally(const Member &member, double weight)
{
  double **f = atom->f, six[6];
  const size_t nodes = atom_of_node.size();
  for (size_t node = 0; node < nodes; ++node)
    for (int d = 0; d < 3; ++d) f[atom_of_node[node]][d] += weight * member.forces[3 * node + d];
  if (eflag_global) eng_vdwl += weight * member.energy;
  if (eflag_atom)
    for (int64_t node = 0; node < local_nodes; ++node)
      eatom[atom_of_node[node]] += weight * member.atomic_energies[node];
  if (vflag_global) {
    symmetric(member.virial, six);
    for (int d = 0; d < 6; ++d) virial[d] += weight * six[d];
  }
  if (!vflag_atom && !cvflag_atom) return;
  for (size_t node = 0; node < nodes; ++node) {
    const int i = atom_of_node[node];
    if (vflag_atom) {
      symmetric(&member.atomic_virials[9 * node], six);
      for (int d = 0; d < 6; ++d) vatom[i][d] += weight * six[d];
    }
    if (cvflag_atom) {
      // LAMMPS: xx yy zz xy xz yz yx zx zy, first the index of the position, then that of the force. Nine
      // components are asked for by compute heat/flux.
      const double *v = &member.heat_flux_virials[9 * node];
      const double nine[9] = {v[0], v[4], v[8], v[1], v[2], v[5], v[3], v[6], v[7]};
      for (int d = 0; d < 9; ++d) cvatom[i][d] += weight * nine[d];
    }
  }
}

// The forces of one model at the owned atoms, with what other ranks found for their ghosts, eV/Å.
std::vector<double> PairMACE::summed_forces(const Member &member)
{
  std::vector<double> sum = member.forces;
  exchange(sum.data(), 3, sizeof(double), false);
  if (failure) {
    std::exception_ptr thrown = failure;
    failure = nullptr;
    std::rethrow_exception(thrown);
  }
  sum.resize(3 * local_nodes);
  return sum;
}

void PairMACE::check_forces()
{
  std::vector<double> total(3 * local_nodes, 0.0);
  for (size_t k = 0; k < evaluated; ++k) {
    const std::vector<double> forces = summed_forces(members[k]);
    for (size_t c = 0; c < total.size(); ++c) total[c] += forces[c] * energy_unit / evaluated;
  }
  for (int64_t node = 0; node < local_nodes; ++node) {
    const double *f = &total[3 * node], size = std::hypot(f[0], f[1], f[2]);
    if (size <= max_force) continue;
    char text[96];
    snprintf(text, sizeof text, " has a force of %.6g, more than max_force %g", size, max_force);
    stop_at(name_of_node(node) + text + surroundings(node));
  }
}
