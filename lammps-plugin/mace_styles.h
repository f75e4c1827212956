/* SPDX-License-Identifier: GPL-2.0-only
 *
 * The styles that the launcher and the plugin bring.
 */
#ifndef MACE_STYLES_H
#define MACE_STYLES_H

#include "compute_mace_deviation.h"
#include "fix_mace_bussi.h"
#include "pair_mace.h"

namespace mace_styles {

inline LAMMPS_NS::Pair *pair(LAMMPS_NS::LAMMPS *lmp)
{
  return new LAMMPS_NS::PairMACE(lmp);
}

inline LAMMPS_NS::Compute *deviation(LAMMPS_NS::LAMMPS *lmp, int narg, char **arg)
{
  return new LAMMPS_NS::ComputeMACEDeviation(lmp, narg, arg);
}

inline LAMMPS_NS::Fix *bussi(LAMMPS_NS::LAMMPS *lmp, int narg, char **arg)
{
  return new LAMMPS_NS::FixMACEBussi(lmp, narg, arg);
}

}    // namespace mace_styles

#endif
