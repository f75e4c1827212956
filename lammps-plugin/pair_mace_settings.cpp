/* SPDX-License-Identifier: GPL-2.0-only
 *
 * pair_style mace: what the input says, checked before anything runs.
 */
#include "pair_mace.h"

#include "element_masses.h"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "fix_mace_report.h"
#include "force.h"
#include "memory.h"
#include "modify.h"
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
#include <map>

using namespace LAMMPS_NS;

// LAMMPS's own factor (Pair styles with unit_convert_flag), kcal/mol per eV.
static constexpr double KCAL_PER_MOL = 23.060549;

/* ------------------------------------------------------------------------------------- pair_style -- */

void PairMACE::reset_settings()
{
  head.clear();
  precision = MACE_PRECISION_IN_FILE;
  threads = 1;
  max_force = 0.0;
  mean = atomic = false;
  out_freq = 100;
  out_file = "model_devi.out";
  relative = relative_v = -1.0;
  committee_word.clear();
}

void PairMACE::settings(int narg, char **arg)
{
  const std::string usage = "\nuse: pair_style mace [head NAME] [precision float64|float32] [threads N] "
      "[max_force F], and with several models [committee first|mean] [out_freq N] [out_file FILE] [relative "
      "LEVEL] [relative_v LEVEL] [atomic]";
  // The same style given again: what pair_coeff made belongs to the old settings.
  release();
  if (allocated)
    for (int i = 1; i <= atom->ntypes; ++i)
      for (int j = 1; j <= atom->ntypes; ++j) setflag[i][j] = 0;
  reset_settings();
  // The value says whether the keyword needs several models.
  static const std::map<std::string, bool> keywords = {{"head", false}, {"precision", false},
      {"threads", false}, {"max_force", false}, {"committee", true}, {"out_freq", true}, {"out_file", true},
      {"relative", true}, {"relative_v", true}};
  for (int i = 0; i < narg; ++i) {
    const std::string word = arg[i];
    if (word == "no_domain_decomposition") {
      if (comm->me == 0)
        utils::logmesg(lmp, std::string("pair_style mace: no_domain_decomposition is not needed and has no "
                                        "effect: results do not depend on the number of ranks\n"));
    } else if (word == "atomic") {
      atomic = true;
      committee_word = word;
    } else {
      const auto found = keywords.find(word);
      if (found == keywords.end()) refuse("pair_style mace: unknown keyword '" + word + "'" + usage);
      if (++i == narg) refuse("pair_style mace: '" + word + "' needs a value" + usage);
      if (found->second) committee_word = word;
      parse_keyword(word, arg[i]);
    }
  }
}

void PairMACE::parse_keyword(const std::string &word, const std::string &value)
{
  const auto fail = [&](const char *wanted) {
    refuse("pair_style mace: " + word + " is " + wanted + ", not '" + value + "'");
  };
  // A keyword with two values, or a number in a range.
  const auto choose = [&](const char *no, const char *yes) {
    if (value != no && value != yes) fail((std::string(no) + " or " + yes).c_str());
    return value == yes;
  };
  const auto number = [&](double low, double high, bool whole, const char *wanted) {
    char *end = nullptr;
    const double x = strtod(value.c_str(), &end);
    if (value.empty() || *end != 0 || !(x >= low && x <= high) || (whole && x != std::floor(x))) fail(wanted);
    return x;
  };
  if (word == "head") head = value;
  else if (word == "precision")
    precision = choose("float64", "float32") ? MACE_PRECISION_FLOAT32 : MACE_PRECISION_FLOAT64;
  else if (word == "threads")
    threads = static_cast<int>(number(1, 1024, true, "a number from 1 to 1024"));
  else if (word == "max_force") max_force = number(0, 1e300, false, "a force, or 0 for no limit");
  else if (word == "committee") mean = choose("first", "mean");
  else if (word == "out_freq")
    out_freq = static_cast<bigint>(number(0, 2e9, true, "a number of steps, or 0 for never"));
  else if (word == "out_file") out_file = value;
  else (word == "relative" ? relative : relative_v) = number(0, 1e300, false, "a number, 0 or more");
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

// The last words are the elements, one per type; what stands before them are model files.
void PairMACE::coeff(int narg, char **arg)
{
  const int ntypes = atom->ntypes, files = narg - 2 - ntypes;
  const std::string usage = "\nuse: pair_coeff * * FILE [FILE ...] and one element symbol, or NULL, for each "
      "of the " + std::to_string(ntypes) + " atom types";
  if (narg < 3 || strcmp(arg[0], "*") != 0 || strcmp(arg[1], "*") != 0)
    refuse("pair_coeff for pair_style mace must begin with * * and a model file" + usage);
  if (files < 1)
    refuse("pair_coeff for pair_style mace: " + std::to_string(narg - 3)
        + " element symbols for " + std::to_string(ntypes) + " atom types" + usage);
  if (files == 1 && !committee_word.empty())
    refuse("pair_style mace: '" + committee_word + "' is for several models, and pair_coeff names one");
  if (!allocated) allocate();
  release();
  cutoff = 0.0;
  for (int k = 0; k < files; ++k) {
    Member member;
    member.file = arg[2 + k];
    load_model(member);
    map_types(member, arg + 2 + files);
    create_calculator(member);
    cutoff = std::max(cutoff, mace_model_cutoff(member.model.get()));
    members.push_back(std::move(member));
  }
  for (int i = 1; i <= ntypes; ++i)
    for (int j = i; j <= ntypes; ++j) setflag[i][j] = sees_type(i) && sees_type(j);
  report_pending = true;
}

// Rank 0 reads the file: one reader on a shared disk, and the same bytes everywhere.
void PairMACE::load_model(Member &member)
{
  std::vector<char> bytes;
  bigint size = -1;
  if (comm->me == 0) {
    FILE *file = fopen(member.file.c_str(), "rb");
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
  if (size == -2) refuse("pair_coeff: not enough memory to read " + member.file);
  if (size < 0)
    refuse("pair_coeff: cannot read the model file " + member.file + "; check its name and permissions"
        + (atomic_number(member.file) > 0 ? " (or are there more element symbols than atom types?)" : ""));
  bytes.resize(static_cast<size_t>(size));
  const bigint piece = 1 << 28;    // an MPI count is an int
  for (bigint start = 0; start < size; start += piece)
    MPI_Bcast(bytes.data() + start, static_cast<int>(std::min(piece, size - start)), MPI_CHAR, 0, world);
  mace_model *model = nullptr;
  if (mace_model_load_memory(bytes.data(), bytes.size(), precision, &model) != MACE_OK)
    refuse("pair_coeff: " + member.file + ": " + mace_last_error());
  member.model.reset(model);
}

std::string PairMACE::list_of_heads(const mace_model *model)
{
  std::string list;
  for (int32_t i = 0; i < mace_model_head_count(model); ++i)
    list += (i > 0 ? ", " : "") + std::string(mace_model_head_name(model, i));
  return list;
}

void PairMACE::create_calculator(Member &member)
{
  const mace_model *model = member.model.get();
  const int32_t count = mace_model_head_count(model);
  if (head.empty() && count > 1)
    refuse("pair_coeff: " + member.file + " has the heads " + list_of_heads(model)
        + ": choose one with 'pair_style mace head NAME'");
  bool known = head.empty();
  for (int32_t i = 0; i < count; ++i) known = known || head == mace_model_head_name(model, i);
  if (!known)
    refuse("pair_coeff: " + member.file + " has no head '" + head + "'; it has "
        + list_of_heads(model));
  mace_calculator *calculator = nullptr;
  if (mace_calculator_create(model, head.empty() ? nullptr : head.c_str(), threads, &calculator) != MACE_OK)
    refuse("pair_coeff: " + member.file + ": " + mace_last_error());
  member.calculator.reset(calculator);
}

void PairMACE::map_types(Member &member, char **words)
{
  const int count = atom->ntypes;
  const mace_model *model = member.model.get();
  std::string known;
  for (int32_t s = 0; s < mace_model_element_count(model); ++s)
    known += (s > 0 ? " " : "") + std::string(element_symbol(mace_model_atomic_number(model, s)));
  symbols.assign(count + 1, "NULL");
  member.species_of_type.assign(count + 1, -1);
  int seen = 0;
  for (int type = 1; type <= count; ++type) {
    const std::string symbol = words[type - 1];
    if (symbol == "NULL") continue;
    const int z = atomic_number(symbol);
    if (z == 0)
      refuse("pair_coeff: '" + symbol + "' (atom type " + std::to_string(type)
          + ") is not an element symbol or NULL; " + member.file + " knows " + known);
    const int32_t found = mace_model_species(model, z);
    if (found < 0)
      refuse("pair_coeff: " + member.file + " does not know the element " + symbol
          + " (atom type " + std::to_string(type) + "); it knows " + known);
    symbols[type] = symbol;
    member.species_of_type[type] = found;
    ++seen;
  }
  if (seen == 0) refuse("pair_coeff: all atom types are NULL: the model would see no atom");
}

/* ------------------------------------------------------------------------------------------- init -- */

void PairMACE::init_style()
{
  if (members.empty()) refuse("pair_style mace: pair_coeff * * FILE ELEMENT ... is missing");
  if (!force->newton_pair)
    refuse("pair_style mace needs 'newton on' (write it before the box is made)");
  if (strcmp(update->unit_style, "metal") == 0) energy_unit = 1.0;
  else if (strcmp(update->unit_style, "real") == 0) energy_unit = KCAL_PER_MOL;
  else
    refuse("pair_style mace works with 'units metal' or 'units real', not 'units "
        + std::string(update->unit_style) + "'");
  check_masses();
  // Times are written after a run; only a fix is told of its end by all versions of LAMMPS.
  if (report_id.empty()) report_id = "mace_report_" + std::to_string(instance_me);
  if (modify->find_fix(report_id) < 0) FixMACEReport::create(modify, report_id, this);
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
    if (!sees_type(type) || !atom->mass_setflag[type]) continue;
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
