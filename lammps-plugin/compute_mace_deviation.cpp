/* SPDX-License-Identifier: GPL-2.0-only */
#include "compute_mace_deviation.h"

#include "atom.h"
#include "error.h"
#include "force.h"
#include "pair_mace.h"
#include "update.h"

#include <cstdlib>
#include <string>

using namespace LAMMPS_NS;

ComputeMACEDeviation::ComputeMACEDeviation(LAMMPS *lmp, int narg, char **arg) :
    Compute(lmp, narg, arg), values(PairMACE::DEVIATIONS, 0.0)
{
  if (narg != 3)
    error->all(
        FLERR, std::string("compute mace/deviation has no options; use: compute ID group mace/deviation"));
  scalar_flag = vector_flag = peratom_flag = 1;
  extscalar = extvector = 0;
  size_vector = PairMACE::DEVIATIONS;
  size_peratom_cols = 0;
  vector = values.data();
}

void ComputeMACEDeviation::init()
{
  if (!pair()->is_committee())
    error->all(
        FLERR, std::string("compute mace/deviation needs several models in pair_coeff of pair_style mace"));
}

// Asked for anew each time: the pair style may have been replaced.
PairMACE *ComputeMACEDeviation::pair()
{
  Pair *found = force->pair_match("mace", 1);
  if (found == nullptr)
    error->all(
        FLERR, std::string("compute mace/deviation needs one pair_style mace, alone or in a hybrid style"));
  return static_cast<PairMACE *>(found);
}

double ComputeMACEDeviation::compute_scalar()
{
  invoked_scalar = update->ntimestep;
  if (invoked_vector != update->ntimestep) compute_vector();
  return scalar = values[3];
}

void ComputeMACEDeviation::compute_vector()
{
  invoked_vector = update->ntimestep;
  pair()->deviation(groupbit, values.data());
}

void ComputeMACEDeviation::compute_peratom()
{
  invoked_peratom = update->ntimestep;
  per_atom.resize(atom->nmax);
  vector_atom = per_atom.data();
  pair()->deviation_of_atoms(groupbit, vector_atom);
}

double ComputeMACEDeviation::memory_usage()
{
  return static_cast<double>(per_atom.capacity() * sizeof(double));
}
