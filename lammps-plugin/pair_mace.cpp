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

#include "element_masses.h"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "force.h"
#include "memory.h"
#include "neigh_list.h"
#include "neighbor.h"
#include "update.h"
#include "utils.h"
#ifdef MACE_LAMMPS_2021
#include "neigh_request.h"
#endif

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace LAMMPS_NS;

// Numbers per atom in one message. Fixed, because hybrid styles and Comm size their buffers by comm_forward
// before the model is known; wider rows go in several messages.
static constexpr int MESSAGE_WIDTH = 256;

// LAMMPS's own factor (Pair styles with unit_convert_flag), kcal/mol per eV.
static constexpr double KCAL_PER_MOL = 23.060549;

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
}

PairMACE::~PairMACE()
{
  if (copymode) return;
  release();
  if (allocated) {
    memory->destroy(setflag);
    memory->destroy(cutsq);
  }
}

void PairMACE::release()
{
  mace_calculator_free(calculator);
  mace_model_free(model);
  calculator = nullptr;
  model = nullptr;
}

/* ------------------------------------------------------------------------------------- pair_style -- */

void PairMACE::settings(int narg, char **arg)
{
  const std::string usage =
      "\nuse: pair_style mace [head NAME] [precision float64|float32] [threads N]";
  head.clear();
  precision = MACE_PRECISION_IN_FILE;
  threads = 1;
  for (int i = 0; i < narg; ++i) {
    const std::string word = arg[i];
    if (word == "no_domain_decomposition") {
      if (comm->me == 0)
        utils::logmesg(lmp, std::string("pair_style mace: no_domain_decomposition is not needed and has no "
                                        "effect: results do not depend on the number of ranks\n"));
      continue;
    }
    if (word != "head" && word != "precision" && word != "threads")
      refuse("pair_style mace: unknown keyword '" + word + "'" + usage);
    if (++i == narg) refuse("pair_style mace: '" + word + "' needs a value" + usage);
    const std::string value = arg[i];
    if (word == "head") {
      head = value;
    } else if (word == "precision") {
      if (value == "float64") precision = MACE_PRECISION_FLOAT64;
      else if (value == "float32") precision = MACE_PRECISION_FLOAT32;
      else refuse("pair_style mace: precision is float64 or float32, not '" + value + "'");
    } else {
      char *end = nullptr;
      const long count = strtol(arg[i], &end, 10);
      if (*arg[i] == 0 || *end != 0 || count < 1 || count > 1024)
        refuse("pair_style mace: threads is a number from 1 to 1024, not '" + value + "'");
      threads = static_cast<int>(count);
    }
  }
  // The same style given again: what pair_coeff made belongs to the old settings.
  release();
  if (allocated)
    for (int i = 1; i <= atom->ntypes; ++i)
      for (int j = 1; j <= atom->ntypes; ++j) setflag[i][j] = 0;
}

/* ------------------------------------------------------------------------------------- pair_coeff -- */

void PairMACE::allocate()
{
  const int n = atom->ntypes + 1;
  memory->create(setflag, n, n, "pair:setflag");
  memory->create(cutsq, n, n, "pair:cutsq");
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      setflag[i][j] = 0;
      cutsq[i][j] = 0.0;
    }
  allocated = 1;
}

void PairMACE::coeff(int narg, char **arg)
{
  const int ntypes = atom->ntypes;
  const std::string usage = "\nuse: pair_coeff * * FILE and one element symbol, or NULL, for each of the "
      + std::to_string(ntypes) + " atom types";
  if (narg < 3 || strcmp(arg[0], "*") != 0 || strcmp(arg[1], "*") != 0)
    refuse("pair_coeff for pair_style mace must begin with * * and a model file" + usage);
  if (narg != 3 + ntypes)
    refuse("pair_coeff for pair_style mace: " + std::to_string(narg - 3)
        + " element symbols for " + std::to_string(ntypes) + " atom types" + usage);
  if (!allocated) allocate();
  release();
  model_file = arg[2];
  load_model();
  map_types(narg - 3, arg + 3);
  create_calculator();
  cutoff = mace_model_cutoff(model);
  report_pending = true;
}

// Rank 0 reads the file: one reader on a shared disk, and the same bytes everywhere.
void PairMACE::load_model()
{
  std::vector<char> bytes;
  bigint size = -1;
  if (comm->me == 0) {
    FILE *file = fopen(model_file.c_str(), "rb");
    if (file != nullptr && fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0) {
      rewind(file);
      try {
        bytes.resize(static_cast<size_t>(size));
      } catch (const std::exception &) {
        size = -2;
      }
      if (size > 0 && fread(bytes.data(), 1, bytes.size(), file) != bytes.size()) size = -1;
    }
    if (file != nullptr) fclose(file);
  }
  MPI_Bcast(&size, 1, MPI_LMP_BIGINT, 0, world);
  if (size == -2) refuse("pair_coeff: not enough memory to read " + model_file);
  if (size < 0) refuse("pair_coeff: cannot read the model file " + model_file
        + "; check its name and permissions");
  bytes.resize(static_cast<size_t>(size));
  const bigint piece = 1 << 28;    // an MPI count is an int
  for (bigint start = 0; start < size; start += piece)
    MPI_Bcast(bytes.data() + start, static_cast<int>(std::min(piece, size - start)), MPI_CHAR, 0, world);
  if (mace_model_load_memory(bytes.data(), bytes.size(), precision, &model) != MACE_OK)
    refuse("pair_coeff: " + model_file + ": " + mace_last_error());
}

std::string PairMACE::list_of_heads(const mace_model *model)
{
  std::string list;
  for (int32_t i = 0; i < mace_model_head_count(model); ++i)
    list += (i > 0 ? ", " : "") + std::string(mace_model_head_name(model, i));
  return list;
}

void PairMACE::create_calculator()
{
  const int32_t count = mace_model_head_count(model);
  if (head.empty() && count > 1)
    refuse("pair_coeff: " + model_file + " has the heads " + list_of_heads(model)
        + ": choose one with 'pair_style mace head NAME'");
  bool known = head.empty();
  for (int32_t i = 0; i < count; ++i) known = known || head == mace_model_head_name(model, i);
  if (!known)
    refuse("pair_coeff: " + model_file + " has no head '" + head + "'; it has "
        + list_of_heads(model));
  if (mace_calculator_create(model, head.empty() ? nullptr : head.c_str(), threads, &calculator) != MACE_OK)
    refuse("pair_coeff: " + model_file + ": " + mace_last_error());
}

void PairMACE::map_types(int count, char **words)
{
  std::string known;
  for (int32_t s = 0; s < mace_model_element_count(model); ++s)
    known += (s > 0 ? " " : "") + std::string(element_symbol(mace_model_atomic_number(model, s)));
  symbols.assign(count + 1, "NULL");
  type_species.assign(count + 1, -1);
  int seen = 0;
  for (int type = 1; type <= count; ++type) {
    const std::string symbol = words[type - 1];
    if (symbol == "NULL") continue;
    const int z = atomic_number(symbol);
    if (z == 0)
      refuse("pair_coeff: '" + symbol + "' (atom type " + std::to_string(type)
          + ") is not an element symbol or NULL; " + model_file + " knows " + known);
    const int32_t found = mace_model_species(model, z);
    if (found < 0)
      refuse("pair_coeff: " + model_file + " does not know the element " + symbol
          + " (atom type " + std::to_string(type) + "); it knows " + known);
    symbols[type] = symbol;
    type_species[type] = found;
    ++seen;
  }
  if (seen == 0) refuse("pair_coeff: all atom types are NULL: the model would see no atom");
  for (int i = 1; i <= count; ++i)
    for (int j = i; j <= count; ++j) setflag[i][j] = type_species[i] >= 0 && type_species[j] >= 0;
}

/* ------------------------------------------------------------------------------------------- init -- */

void PairMACE::init_style()
{
  if (model == nullptr) refuse("pair_style mace: pair_coeff * * FILE ELEMENT ... is missing");
  if (!force->newton_pair)
    refuse("pair_style mace needs 'newton on' (write it before the box is made)");
  if (strcmp(update->unit_style, "metal") == 0) energy_unit = 1.0;
  else if (strcmp(update->unit_style, "real") == 0) energy_unit = KCAL_PER_MOL;
  else
    refuse("pair_style mace works with 'units metal' or 'units real', not 'units "
        + std::string(update->unit_style) + "'");
  check_masses();
#ifdef MACE_LAMMPS_2021
  const int request = neighbor->request(this, instance_me);
  NeighRequest *wanted = neighbor->requests[request];
  if (wanted->requestor != this || wanted->pair != 1 || wanted->half != 1 || wanted->full != 0)
    refuse("pair_style mace was built for another LAMMPS version: build it for this one");
  wanted->half = 0;
  wanted->full = 1;
#else
  neighbor->add_request(this, NeighConst::REQ_FULL);
#endif
}

void PairMACE::check_masses()
{
  if (atom->mass == nullptr || comm->me != 0) return;
  for (int type = 1; type <= atom->ntypes; ++type) {
    if (type_species[type] < 0 || !atom->mass_setflag[type]) continue;
    const double expected = element_mass(atomic_number(symbols[type])), given = atom->mass[type];
    if (std::fabs(given - expected) <= 0.02 * expected + 0.05) continue;
    char text[256];
    snprintf(text, sizeof text,
        "pair_style mace: atom type %d is %s in pair_coeff (mass %.4g) but has mass %.6g; is the order of "
        "the symbols that of the atom types?",
        type, symbols[type].c_str(), expected, given);
    error->warning(FLERR, std::string(text));
  }
}

double PairMACE::init_one(int i, int j)
{
  setflag[j][i] = setflag[i][j];
  return cutoff;
}

double PairMACE::memory_usage()
{
  double bytes = Pair::memory_usage();
  if (calculator != nullptr) bytes += std::max<int64_t>(0, mace_calculator_workspace_bytes(calculator));
  bytes += sizeof(int) * (node_of_atom.capacity() + atom_of_node.capacity());
  bytes += sizeof(int32_t) * (species.capacity() + neighbors.capacity());
  bytes += sizeof(int64_t) * offsets.capacity();
  bytes += sizeof(double) * (positions.capacity() + forces.capacity());
  bytes += sizeof(double) * (atomic_energies.capacity() + atomic_virials.capacity());
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
  species.clear();
  positions.clear();
  const auto add = [&](int i) {
    if (type_species[atom->type[i]] < 0 || (atom->mask[i] & hidden)) return;
    node_of_atom[i] = static_cast<int>(atom_of_node.size());
    atom_of_node.push_back(i);
    species.push_back(type_species[atom->type[i]]);
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
  ev_init(eflag, vflag);
  build_nodes();
  build_edges();

  const size_t nodes = atom_of_node.size();
  const bool virials_wanted = vflag_atom || cvflag_atom;
  double energy = 0.0, virial_share[9] = {0.0};
  // Never empty: a pointer to nothing means "not wanted".
  forces.resize(3 * std::max<size_t>(1, nodes));
  mace_outputs outputs = MACE_OUTPUTS_INIT;
  outputs.energy = &energy;
  outputs.forces = forces.data();
  if (vflag_global) outputs.virial = virial_share;
  if (eflag_atom) {
    atomic_energies.resize(std::max<size_t>(1, local_nodes));
    outputs.atomic_energies = atomic_energies.data();
  }
  if (virials_wanted) {
    atomic_virials.resize(9 * std::max<size_t>(1, nodes));
    outputs.atomic_virials = atomic_virials.data();
  }
  evaluate(outputs);
  tally(energy, virial_share);
  if (report_pending) report();
}

void PairMACE::evaluate(mace_outputs &outputs)
{
  species.reserve(1);
  positions.reserve(3);
  neighbors.reserve(1);
  mace_exchange exchange = MACE_EXCHANGE_INIT;
  exchange.context = this;
  exchange.forward = &PairMACE::forward_exchange;
  exchange.reverse = &PairMACE::reverse_exchange;
  const mace_status status = mace_evaluate_neighbors(calculator, local_nodes, ghost_nodes, species.data(),
      positions.data(), offsets.data(), neighbors.data(), &exchange, &outputs);
  if (failure) {
    std::exception_ptr thrown = failure;
    failure = nullptr;
    std::rethrow_exception(thrown);
  }
  if (status != MACE_OK) stop();
}

void PairMACE::tally(double energy, const double *w)
{
  double **f = atom->f;
  const size_t nodes = atom_of_node.size();
  for (size_t node = 0; node < nodes; ++node)
    for (int d = 0; d < 3; ++d) f[atom_of_node[node]][d] += energy_unit * forces[3 * node + d];
  if (eflag_global) eng_vdwl += energy_unit * energy;
  if (eflag_atom)
    for (int64_t node = 0; node < local_nodes; ++node)
      eatom[atom_of_node[node]] += energy_unit * atomic_energies[node];
  if (vflag_global) {
    // The share of one rank need not be symmetric; the sum over ranks is.
    const double six[6] = {w[0], w[4], w[8], 0.5 * (w[1] + w[3]), 0.5 * (w[2] + w[6]), 0.5 * (w[5] + w[7])};
    for (int d = 0; d < 6; ++d) virial[d] += energy_unit * six[d];
  }
  if (!vflag_atom && !cvflag_atom) return;
  for (size_t node = 0; node < nodes; ++node) {
    const double *v = &atomic_virials[9 * node];
    const int i = atom_of_node[node];
    if (vflag_atom) {
      const double six[6] = {v[0], v[4], v[8], 0.5 * (v[1] + v[3]), 0.5 * (v[2] + v[6]), 0.5 * (v[5] + v[7])};
      for (int d = 0; d < 6; ++d) vatom[i][d] += energy_unit * six[d];
    }
    if (cvflag_atom) {
      // LAMMPS: xx yy zz xy xz yz yx zx zy
      const double nine[9] = {v[0], v[4], v[8], v[1], v[2], v[5], v[3], v[6], v[7]};
      for (int d = 0; d < 9; ++d) cvatom[i][d] += energy_unit * nine[d];
    }
  }
}

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
  const char *used_head = head.empty() ? mace_model_head_name(model, 0) : head.c_str();
  char text[512];
  snprintf(text, sizeof text,
      "head %s, %s, %s, %d layers, cutoff %g A, %d rank(s) with %d thread(s)\n"
      "  per rank: atoms %.0f to %.0f, ghosts %.0f to %.0f, edges %.0f to %.0f, memory %.1f to %.1f MB\n",
      used_head, mace_model_precision(model) == MACE_PRECISION_FLOAT32 ? "float32" : "float64",
      mace_model_instruction_set(model), static_cast<int>(mace_model_layer_count(model)), cutoff,
      comm->nprocs, threads, low[0], high[0], low[1], high[1], low[2], high[2], low[3], high[3]);
  utils::logmesg(lmp, "pair_style mace (libmace " + std::string(mace_version()) + "): model " + model_file
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
  const std::string message = "pair_style mace, step " + std::to_string(update->ntimestep) + ": "
      + name_of_node(first) + " and " + name_of_node(second) + text
      + ": remove one of them (delete_atoms overlap) or separate them";
  error->one(FLERR, message);
  abort();    // not reached; not all versions say so
}

// Debian's LAMMPS can only be given finished strings: the formatting of its headers is another {fmt}.
void PairMACE::refuse(const std::string &message)
{
  error->all(FLERR, message);
  abort();
}

// libmace counts nodes; where that can be said in ids of LAMMPS, it is.
void PairMACE::stop()
{
  const std::string start = "pair_style mace, step " + std::to_string(update->ntimestep) + ": ";
  std::string reason = mace_last_error();
  for (size_t node = 0; node < atom_of_node.size(); ++node) {
    const double *x = &positions[3 * node];
    if (std::isfinite(x[0]) && std::isfinite(x[1]) && std::isfinite(x[2])) continue;
    reason = name_of_node(static_cast<int64_t>(node)) + " has a position that is not finite";
    break;
  }
  error->one(FLERR, start + reason);
  abort();
}

/* ---------------------------------------------------------------------------------- communication -- */

int32_t PairMACE::forward_exchange(void *context, void *rows, int64_t width, int32_t element_size)
{
  return static_cast<PairMACE *>(context)->exchange(rows, width, element_size, true);
}

int32_t PairMACE::reverse_exchange(void *context, void *rows, int64_t width, int32_t element_size)
{
  return static_cast<PairMACE *>(context)->exchange(rows, width, element_size, false);
}

int32_t PairMACE::exchange(void *all_rows, int64_t width, int32_t element_size, bool forward)
{
  rows = static_cast<char *>(all_rows);
  element_bytes = element_size;
  row_bytes = static_cast<size_t>(width) * element_size;
  int32_t result = 0;
  try {
    for (part_start = 0; part_start < row_bytes; part_start += part_bytes) {
      part_bytes = std::min(row_bytes - part_start, MESSAGE_WIDTH * sizeof(double));
      const int numbers = static_cast<int>((part_bytes + sizeof(double) - 1) / sizeof(double));
      comm_forward = comm_reverse = numbers;
#ifdef MACE_LAMMPS_2021
      if (forward) comm->forward_comm_pair(this);
      else comm->reverse_comm_pair(this);
#else
      if (forward) comm->forward_comm(this);
      else comm->reverse_comm(this);
#endif
    }
  } catch (...) {
    // An exception of LAMMPS must not travel through libmace: it is thrown again behind it.
    failure = std::current_exception();
    result = 1;
  }
  comm_forward = comm_reverse = MESSAGE_WIDTH;
  return result;
}

// Two float32 travel in the place of one double; only the owner's rank adds them up, as floats.
int PairMACE::pack_forward_comm(int n, int *atoms, double *buffer, int, int *)
{
  for (int k = 0; k < n; ++k) {
    const int node = node_of_atom[atoms[k]];
    double *place = buffer + static_cast<size_t>(k) * comm_forward;
    if (node < 0) std::fill(place, place + comm_forward, 0.0);
    else memcpy(place, rows + node * row_bytes + part_start, part_bytes);
  }
  return n * comm_forward;
}

void PairMACE::unpack_forward_comm(int n, int first, double *buffer)
{
  for (int k = 0; k < n; ++k) {
    const int node = node_of_atom[first + k];
    if (node >= 0)
      memcpy(rows + node * row_bytes + part_start, buffer + static_cast<size_t>(k) * comm_forward,
          part_bytes);
  }
}

int PairMACE::pack_reverse_comm(int n, int first, double *buffer)
{
  for (int k = 0; k < n; ++k) {
    const int node = node_of_atom[first + k];
    double *place = buffer + static_cast<size_t>(k) * comm_reverse;
    if (node < 0) std::fill(place, place + comm_reverse, 0.0);
    else memcpy(place, rows + node * row_bytes + part_start, part_bytes);
  }
  return n * comm_reverse;
}

template <typename Scalar> static void add(char *row, const double *buffer, size_t bytes)
{
  Scalar *sum = reinterpret_cast<Scalar *>(row);
  const char *terms = reinterpret_cast<const char *>(buffer);
  for (size_t k = 0; k < bytes / sizeof(Scalar); ++k) {
    Scalar term;
    memcpy(&term, terms + k * sizeof(Scalar), sizeof(Scalar));
    sum[k] += term;
  }
}

void PairMACE::unpack_reverse_comm(int n, int *atoms, double *buffer)
{
  for (int k = 0; k < n; ++k) {
    const int node = node_of_atom[atoms[k]];
    if (node < 0) continue;
    char *row = rows + node * row_bytes + part_start;
    const double *place = buffer + static_cast<size_t>(k) * comm_reverse;
    if (element_bytes == 8) add<double>(row, place, part_bytes);
    else add<float>(row, place, part_bytes);
  }
}
